package dev.culvert.udp;

import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Run in a JVM of its own by {@link CoreLoadingTest}: tells what that has found. */
final class CoreProbe {
    private CoreProbe() {}

    /**
     * Prints which core is in use, which poller opens, and whether the kernel tells of network changes.
     *
     * @param arguments none; or class paths, in a class loader each of which that is to happen, one after the other
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            runInLoaders(arguments);
            return;
        }
        System.out.println(NativeCore.describe());
        try (UdpPoller poller = UdpPoller.open()) {
            System.out.println(poller.getClass().getSimpleName());
        }
        try (NetworkMonitor monitor = NetworkMonitor.open(change -> {})) {
            System.out.println(monitor.isNative() ? "netlink" : "polling");
        }
    }

    /** As a server does with several apps, or with one that it loads anew. */
    private static void runInLoaders(String[] classPaths) throws Exception {
        List<URLClassLoader> loaders = new ArrayList<>(); // none is closed before the others have been used
        for (String classPath : classPaths) {
            List<URL> places = new ArrayList<>();
            for (String place : classPath.split(File.pathSeparator, -1)) {
                places.add(Path.of(place).toUri().toURL());
            }
            URLClassLoader loader =
                    new URLClassLoader(places.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            loaders.add(loader);
            Method main = loader.loadClass(CoreProbe.class.getName()).getMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        }
        for (URLClassLoader loader : loaders) {
            loader.close();
        }
    }
}
