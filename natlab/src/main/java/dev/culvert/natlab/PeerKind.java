package dev.culvert.natlab;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Whose ICE a peer of the laboratory runs. */
public enum PeerKind {
    /** {@code IceContext}, in a JVM. */
    CULVERT,
    /** libnice, in a small C program that is compiled on first use. */
    LIBNICE,
    /** ice4j's own agent and harvesters, without Culvert, in a JVM. */
    ICE4J;

    /**
     * What starts it.
     *
     * @throws LabException if it has to be compiled and can not be
     */
    List<String> command() {
        if (this == LIBNICE) {
            return List.of(CProgram.of("libnice-peer", "nice").toString());
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // So small a heap that two JVMs beside this one disturb nobody; each try leaves little behind.
        return List.of(
                java,
                "-Xmx128m",
                "-Dice4j.harvest.mapping.aws.enabled=false",
                "-cp",
                System.getProperty("java.class.path"),
                PeerProcess.class.getName(),
                word());
    }

    /** As the command line calls it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
