package dev.culvert.dht;

/** Looks for threads by name. */
final class Threads {
    private Threads() {}

    static boolean running(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(name) && thread.isAlive());
    }
}
