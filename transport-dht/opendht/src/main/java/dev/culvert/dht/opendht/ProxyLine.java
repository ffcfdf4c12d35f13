package dev.culvert.dht.opendht;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.culvert.identity.Sha3;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;

/**
 * The JSON of a proxy, one line at a time. Of hostile lines nothing is built but the one field that is looked for; the
 * reader stops at nesting deeper than 255. Stateless.
 */
final class ProxyLine {
    private ProxyLine() {}

    /**
     * A value found.
     *
     * @param data its bytes
     * @param expired whether the proxy says that it is gone
     */
    record Value(byte[] data, boolean expired) {}

    /** Reads the line of a value; empty for anything else. */
    static Optional<Value> value(byte[] line) {
        byte[] data = null;
        boolean expired = false;
        try (JsonReader json = reader(line)) {
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                if (name.equals("data") && json.peek() == JsonToken.STRING) {
                    data = Base64.getDecoder().decode(json.nextString());
                } else if (name.equals("expired") && json.peek() == JsonToken.BOOLEAN) {
                    expired = json.nextBoolean();
                } else {
                    json.skipValue();
                }
            }
            json.endObject();
            return data == null || json.peek() != JsonToken.END_DOCUMENT
                    ? Optional.empty()
                    : Optional.of(new Value(data, expired));
        } catch (IOException | IllegalStateException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** How many good neighbours a node has, by its answer about itself; 0 if that can not be read. */
    static int goodNodes(byte[] line) {
        int good = 0;
        try (JsonReader json = reader(line)) {
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                if (name.equals("ipv4") || name.equals("ipv6")) {
                    good = Math.max(good, goodOf(json));
                } else {
                    json.skipValue();
                }
            }
            json.endObject();
            return good;
        } catch (IOException | IllegalStateException | IllegalArgumentException e) {
            return 0;
        }
    }

    private static int goodOf(JsonReader json) throws IOException {
        int good = 0;
        json.beginObject();
        while (json.hasNext()) {
            if (json.nextName().equals("good")) {
                good = json.nextInt();
            } else {
                json.skipValue();
            }
        }
        json.endObject();
        return good;
    }

    private static JsonReader reader(byte[] line) {
        JsonReader json = new JsonReader(new StringReader(new String(line, UTF_8)));
        json.setStrictness(Strictness.STRICT);
        return json;
    }

    /** What to send for a put: kept by the proxy, which puts it again before the nodes forget it. */
    static byte[] put(byte[] signed) {
        JsonObject json = new JsonObject();
        json.addProperty("data", Base64.getEncoder().encodeToString(signed));
        json.addProperty("id", id(signed));
        json.addProperty("permanent", true);
        return json.toString().getBytes(UTF_8);
    }

    /**
     * The id that OpenDHT stores a value under, never 0. It never stores other bytes in place of those of the same id, so
     * other bytes have another id, and the same bytes put again are only refreshed.
     */
    static String id(byte[] signed) {
        long id = ByteBuffer.wrap(Sha3.sha3_512(signed)).getLong();
        return Long.toUnsignedString(id == 0 ? 1 : id);
    }
}
