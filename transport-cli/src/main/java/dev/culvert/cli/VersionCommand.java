package dev.culvert.cli;

import dev.culvert.udp.NativeCore;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Prints the version, and what it runs on. */
@Command(name = "version", description = "Prints Culvert's version, the Java runtime and the UDP channel in use.")
final class VersionCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        for (String line : lines()) {
            System.out.println(line);
        }
        return 0;
    }

    private static String[] lines() {
        String version =
                Objects.requireNonNullElse(VersionCommand.class.getPackage().getImplementationVersion(), "development");
        return new String[] {
            "culvert " + version,
            "java " + System.getProperty("java.version") + " (" + System.getProperty("java.vm.name") + ") on "
                    + System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            "udp " + NativeCore.describe()
        };
    }

    /** The same for {@code --version}. */
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return lines();
        }
    }
}
