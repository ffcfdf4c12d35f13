package dev.culvert.peer;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the threads for an app's handlers, when it brings none: virtual ones from Java 21 on, else a few. Stateless. */
final class AppThreads {
    /** So that a handler that takes long for one peer leaves threads for others. */
    static final int PLATFORM_THREADS = 4;

    private static final long IDLE_SECONDS = 10;

    private AppThreads() {}

    /**
     * An executor of the caller's own.
     *
     * @param name of its threads, with a number after it
     */
    static ExecutorService open(String name) {
        try {
            return virtual(name);
        } catch (NoSuchMethodException | ClassNotFoundException e) {
            return platform(name); // before Java 21
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Virtual threads can not be made", e);
        }
    }

    /** By reflection, as the library is compiled for Java 17. */
    private static ExecutorService virtual(String name)
            throws NoSuchMethodException, ClassNotFoundException, IllegalAccessException, InvocationTargetException {
        Class<?> builders = Class.forName("java.lang.Thread$Builder");
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        builder = builders.getMethod("name", String.class, long.class).invoke(builder, name + "-", 1L);
        Object factory = builders.getMethod("factory").invoke(builder);
        return (ExecutorService) Executors.class
                .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                .invoke(null, factory);
    }

    private static ExecutorService platform(String name) {
        AtomicInteger numbers = new AtomicInteger();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                PLATFORM_THREADS,
                PLATFORM_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, name + "-" + numbers.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
