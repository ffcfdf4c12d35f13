package dev.culvert.cli;

import java.util.concurrent.Executor;

/**
 * A thread for each task, as tasks of tests wait for each other. The common pool is no place for that: on two cores it
 * has one thread, and from Java 25 on {@code supplyAsync} stays with it all the same.
 */
enum OwnThread implements Executor {
    EACH;

    @Override
    public void execute(Runnable task) {
        Thread thread = new Thread(task, "test-task");
        thread.setDaemon(true);
        thread.start();
    }
}
