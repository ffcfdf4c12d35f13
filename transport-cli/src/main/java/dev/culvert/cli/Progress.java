package dev.culvert.cli;

import java.io.PrintStream;

/**
 * One line on a terminal that says what is going on, overwritten as it changes and wiped in the end. Without a terminal
 * it says nothing. Any thread.
 */
final class Progress {
    private static final String WIPE = "\r\u001b[K";

    private final PrintStream err;

    /** The start script looks: Java can not tell for standard error alone. */
    private final boolean terminal = Boolean.getBoolean("culvert.terminal");

    Progress(PrintStream err) {
        this.err = err;
    }

    synchronized void show(String text) {
        if (terminal) {
            err.print(WIPE + "  … " + text);
            err.flush();
        }
    }

    synchronized void wipe() {
        if (terminal) {
            err.print(WIPE);
            err.flush();
        }
    }
}
