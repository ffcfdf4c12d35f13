package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.TurnCredentials;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The TURN server as coturn's own client sees it from a side, where UDP does not get out and where users change. */
@Timeout(60)
class TurnReachTest {
    private static final String HOST = "203.0.113.1";

    @BeforeAll
    static void require() {
        NatLabExtension.require();
    }

    /** Two relays, one message from each to the other and back. */
    private static String relay(NatLab lab, String user, String password, String... options) {
        List<String> command = new ArrayList<>(List.of("timeout", "20", "turnutils_uclient", "-y", "-c", "-n", "1"));
        command.addAll(List.of("-u", user, "-w", password));
        command.addAll(Arrays.asList(options));
        command.add(HOST);
        return lab.execute(Side.A, command.toArray(String[]::new));
    }

    private static void assertRelayed(String said) {
        assertTrue(said.contains("Total lost packets 0 (0.0"), said);
    }

    @ParameterizedTest
    @EnumSource(names = {"DROP", "REJECT"})
    void shouldRelayOverTcpAndTlsThoughUdpIsBlocked(NatKind kind) {
        try (NatLab lab = NatLab.open(kind, NatKind.NONE)) {
            assertRelayed(relay(lab, "lab", "lab", "-t"));

            String shown = lab.execute(
                    Side.A,
                    "openssl",
                    "s_client",
                    "-brief",
                    "-verify_return_error",
                    "-verify_ip",
                    HOST,
                    "-CAfile",
                    NatLab.certificate().toString(),
                    "-connect",
                    HOST + ":5349");
            assertTrue(shown.contains("Verification: OK"), shown);
        }
    }

    /** As an app's SSLContext would be made of it. */
    @Test
    void shouldShowACertificateThatJavaReads() throws Exception {
        try (NatLab lab = NatLab.open(NatKind.NONE, NatKind.NONE);
                InputStream pem = Files.newInputStream(NatLab.certificate())) {
            X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);

            certificate.checkValidity();
            assertTrue(
                    certificate.getSubjectAlternativeNames().stream().anyMatch(name -> name.contains(HOST)),
                    () -> lab.prefix() + ": " + certificate);
        }
    }

    @Test
    void shouldTakeTimeLimitedCredentialsOnlyIfSoOpened() {
        TurnCredentials fresh = TurnCredentials.timeLimited(
                "tester", NatLab.SECRET.getBytes(UTF_8), Instant.now().plusSeconds(600));
        try (NatLab lab = NatLab.openTimeLimited(NatKind.PORT, NatKind.NONE)) {
            assertRelayed(relay(lab, fresh.username(), fresh.password()));
            assertThrows(LabException.class, () -> relay(lab, "lab", "lab"));
        }
    }
}
