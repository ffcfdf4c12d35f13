package dev.culvert.natlab;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What one peer sends to the other: messages of random sizes, and a large one between them. Sizes and contents follow from
 * the seed, so that the receiver can tell each byte. Immutable.
 */
final class Load {
    /** Of all messages but the large one. */
    static final int MAX_BYTES = 64 << 10;

    private final long seed;
    private final int messages;
    private final int largeBytes;
    private final int[] sizes;

    /**
     * @param messages how many, one or more, without the large one
     * @param largeBytes size of that; 0 for none
     */
    Load(long seed, int messages, int largeBytes) {
        this.seed = seed;
        this.messages = messages;
        this.largeBytes = largeBytes;
        SplittableRandom random = new SplittableRandom(seed);
        int large = largeBytes == 0 ? -1 : messages / 4 + random.nextInt(messages / 2 + 1);
        sizes = IntStream.range(0, messages + (largeBytes == 0 ? 0 : 1))
                .map(number -> number == large ? largeBytes : 1 + random.nextInt(MAX_BYTES))
                .toArray();
    }

    /** How many messages, with the large one. They are numbered from 0. */
    int count() {
        return sizes.length;
    }

    /** Of all messages. */
    long bytes() {
        return IntStream.of(sizes).asLongStream().sum();
    }

    int size(int number) {
        return sizes[number];
    }

    byte[] payload(int number) {
        byte[] payload = new byte[sizes[number]];
        new SplittableRandom(seed ^ ((number + 1L) << 32)).nextBytes(payload);
        return payload;
    }

    /** As three words of a line. */
    String words() {
        return seed + " " + messages + " " + largeBytes;
    }

    /** Reads three words of a line. */
    static Load parse(List<String> words) {
        return new Load(Long.parseLong(words.get(0)), Integer.parseInt(words.get(1)), Integer.parseInt(words.get(2)));
    }
}
