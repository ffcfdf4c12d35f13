package dev.culvert.ice.internal.turn;

import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in words for people why a connection broke or could not be made. */
final class EndReason {
    /** What a certificate says ends up in some messages, and is the server's to choose. */
    private static final int MAX_CHARACTERS = 300;

    private EndReason() {}

    static String of(Exception e) {
        if (e instanceof UnresolvedAddressException) {
            return "its name has no known address";
        }
        if (e instanceof UnsupportedAddressTypeException) {
            return "its address and the local one are not of one family";
        }
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        if (e instanceof SSLException) {
            Throwable certificate = certificateTrouble(e);
            text = certificate == null ? "TLS failed: " + text : "its certificate is refused: " + deepest(certificate);
        }
        return printable(text);
    }

    private static @Nullable Throwable certificateTrouble(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException
                    || cause instanceof CertPathBuilderException
                    || cause instanceof CertPathValidatorException) {
                return cause;
            }
        }
        return null;
    }

    private static String deepest(Throwable e) {
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
    }

    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= MAX_CHARACTERS ? line : line.substring(0, MAX_CHARACTERS) + "...";
    }
}
