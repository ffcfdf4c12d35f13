package dev.culvert.identity;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** Published test vectors in a resource file, by name. */
final class Vectors {
    private final Properties values = new Properties();

    private Vectors(InputStream in) throws IOException {
        values.load(in);
    }

    static Vectors of(String resource) {
        try (InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream(resource), resource)) {
            return new Vectors(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] get(String name) {
        return Hex.bytes(Objects.requireNonNull(values.getProperty(name), name));
    }
}
