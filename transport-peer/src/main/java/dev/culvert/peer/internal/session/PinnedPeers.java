package dev.culvert.peer.internal.session;

import dev.culvert.identity.TlsCredentials;
import dev.culvert.transport.PeerId;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Takes from each connection the certificate of the one peer that it is for, and no other. Thread-safe. */
final class PinnedPeers extends X509ExtendedTrustManager {
    private final Map<SSLEngine, PeerId> expected;
    private final SessionCounters counters;

    PinnedPeers(Map<SSLEngine, PeerId> expected, SessionCounters counters) {
        this.expected = expected;
        this.counters = counters;
    }

    private void check(X509Certificate @Nullable [] chain, @Nullable SSLEngine engine) throws CertificateException {
        PeerId peer = engine == null ? null : expected.get(engine);
        if (peer == null || chain == null || chain.length != 1 || !TlsCredentials.isOf(peer, chain[0].getEncoded())) {
            counters.wrongCertificate.increment();
            throw new CertificateException("The certificate is not that of the expected peer");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        check(chain, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        check(chain, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, null);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
