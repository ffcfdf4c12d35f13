package dev.culvert.identity;

import dev.culvert.transport.PeerId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

/**
 * An identity's Ed25519 key in the two forms that TLS wants: a certificate signed by itself, and a private key of the
 * JDK's (RFC 8410). The certificate says nothing but the public key: who trusts it compares that with the peer id it
 * expects. Immutable, safe to share between threads. The private key stays in memory as long as this is reachable; the
 * JDK can not wipe it.
 */
public final class TlsCredentials {
    private static final AlgorithmIdentifier ED25519 = new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.3.101.112"));
    private static final X500Name NAME = new X500Name("CN=culvert");

    /** A certificate that says only which key it is has no reason to end; 9999 is how RFC 5280 writes "never". */
    private static final Time FROM = time("2020-01-01T00:00:00Z");

    private static final Time UNTIL = time("9999-12-31T23:59:59Z");

    private final X509Certificate certificate;
    private final PrivateKey privateKey;

    private TlsCredentials(X509Certificate certificate, PrivateKey privateKey) {
        this.certificate = certificate;
        this.privateKey = privateKey;
    }

    static TlsCredentials of(SigningKey key) {
        try {
            return new TlsCredentials(certificate(key), privateKey(key));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no Ed25519, which every Java from 15 on should have", e);
        }
    }

    private static X509Certificate certificate(SigningKey key) throws IOException, GeneralSecurityException {
        TBSCertificate unsigned = unsigned(key.publicKey());
        byte[] der = signed(unsigned, key.sign(unsigned.getEncoded(ASN1Encoding.DER)));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /** All that the certificate of a key says: the same in every certificate, but for the key. */
    private static TBSCertificate unsigned(byte[] publicKey) {
        V3TBSCertificateGenerator body = new V3TBSCertificateGenerator();
        body.setSerialNumber(new ASN1Integer(BigInteger.ONE));
        body.setSignature(ED25519);
        body.setIssuer(NAME);
        body.setSubject(NAME);
        body.setStartDate(FROM);
        body.setEndDate(UNTIL);
        body.setSubjectPublicKeyInfo(new SubjectPublicKeyInfo(ED25519, publicKey));
        return body.generateTBSCertificate();
    }

    private static byte[] signed(TBSCertificate unsigned, byte[] signature) throws IOException {
        return new DERSequence(new ASN1Encodable[] {unsigned, ED25519, new DERBitString(signature)})
                .getEncoded(ASN1Encoding.DER);
    }

    private static PrivateKey privateKey(SigningKey key) throws IOException, GeneralSecurityException {
        byte[] seed = key.seed();
        byte[] encoded = {};
        try {
            encoded = new PrivateKeyInfo(ED25519, new DEROctetString(seed)).getEncoded(ASN1Encoding.DER);
            return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } finally {
            Arrays.fill(seed, (byte) 0);
            Arrays.fill(encoded, (byte) 0);
        }
    }

    /** The certificate, signed by the key in it. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** The private half of the certificate's key. */
    public PrivateKey privateKey() {
        return privateKey;
    }

    /**
     * Whether a certificate, in DER, is the one that a peer's key makes: byte for byte, so that nothing of it has to be
     * parsed. That whoever shows it holds the private half is for the TLS handshake to prove. Never throws for what came
     * from outside.
     */
    public static boolean isOf(PeerId peer, byte[] der) {
        if (der.length < Signatures.LENGTH) {
            return false;
        }
        byte[] key = peer.signingKey();
        byte[] signature = Arrays.copyOfRange(der, der.length - Signatures.LENGTH, der.length);
        TBSCertificate unsigned = unsigned(key);
        try {
            return MessageDigest.isEqual(signed(unsigned, signature), der)
                    && Signatures.verify(key, unsigned.getEncoded(ASN1Encoding.DER), signature);
        } catch (IOException e) {
            throw new IllegalStateException("What was made here can not be encoded", e);
        }
    }

    private static Time time(String instant) {
        return new Time(Date.from(Instant.parse(instant)));
    }

    /** Shows nothing of the private key. */
    @Override
    public String toString() {
        return "TlsCredentials";
    }
}
