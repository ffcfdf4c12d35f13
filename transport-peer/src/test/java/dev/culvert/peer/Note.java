package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.Tier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * What a process that may be killed has noted of one message in a file: the sender that it is safe, the receiver that its
 * handler was given it.
 *
 * @param number in the order of sending, or -1 if the message has no room for it
 * @param checksum of the payload
 */
record Note(int number, String id, Tier tier, boolean redelivered, long checksum) {
    /** A power of two, so that no line is on two pages: such a write might end between them when the process is killed. */
    private static final int LINE_LENGTH = 128;

    static Note of(int number, MessageId id, Tier tier, boolean redelivered, byte[] payload) {
        CRC32 sum = new CRC32();
        sum.update(payload);
        return new Note(number, id.toString(), tier, redelivered, sum.getValue());
    }

    /** One write, so a line is there whole or not at all; what a killed process has written stays. */
    void appendTo(Path file) {
        String words = number + " " + id + " " + tier + " " + redelivered + " " + checksum + " ";
        String line = words + ".".repeat(LINE_LENGTH - 1 - words.length()) + "\n";
        try {
            Files.write(
                    file,
                    line.getBytes(StandardCharsets.US_ASCII),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Note> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<Note> notes = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split(" ", -1);
            notes.add(new Note(
                    Integer.parseInt(words[0]),
                    words[1],
                    Tier.valueOf(words[2]),
                    Boolean.parseBoolean(words[3]),
                    Long.parseLong(words[4])));
        }
        return notes;
    }

    /** Each message where it was handed over first, by id, in that order; fails if one came again without a mark. */
    static Map<String, Note> firstOfEach(List<Note> handed) {
        Map<String, Note> first = new LinkedHashMap<>();
        for (Note note : handed) {
            if (first.putIfAbsent(note.id(), note) != null) {
                assertTrue(note.redelivered(), "given again without a mark: " + note);
            }
        }
        return first;
    }

    /** Fails unless all of these were handed over, for the first time in this order. */
    static void assertInOrder(Iterable<Note> safe, Map<String, Note> handed) {
        Map<String, Integer> places = new LinkedHashMap<>();
        handed.keySet().forEach(id -> places.put(id, places.size()));
        int last = -1;
        for (Note note : safe) {
            int at = places.getOrDefault(note.id(), -1);
            assertTrue(at >= 0, () -> "missing: " + note);
            assertTrue(at > last, "out of order: " + note);
            last = at;
        }
    }
}
