package dev.culvert.bench;

import java.util.List;

/** A group of benchmarks that runs on its own. */
interface Suite {
    /** How it is called on the command line. */
    String name();

    /**
     * Measures; data that was lost and connections that failed are rows with a limit that must be kept to.
     *
     * @throws SkippedException if this machine lacks what the suite needs
     */
    List<Row> run(Plan plan) throws Exception;
}
