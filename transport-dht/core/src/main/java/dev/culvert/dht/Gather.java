package dev.culvert.dht;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Joins reads that ran in parallel; what some of them found counts even when others failed. Stateless. */
final class Gather {
    private Gather() {}

    /** All results in one list; fails only when every read failed, with the first failure. */
    static <T> CompletableFuture<List<T>> all(List<CompletableFuture<List<T>>> reads) {
        return CompletableFuture.allOf(reads.toArray(new CompletableFuture<?>[0]))
                .handle((none, failure) -> {
                    if (failure != null && reads.stream().allMatch(CompletableFuture::isCompletedExceptionally)) {
                        throw asRuntime(failure);
                    }
                    return found(reads);
                });
    }

    /** All results in one list once every read is over; never fails. */
    static <T> CompletableFuture<List<T>> settled(List<CompletableFuture<List<T>>> reads) {
        return CompletableFuture.allOf(reads.toArray(new CompletableFuture<?>[0]))
                .handle((none, failure) -> found(reads));
    }

    private static <T> List<T> found(List<CompletableFuture<List<T>>> reads) {
        List<T> joined = new ArrayList<>();
        reads.stream().filter(read -> !read.isCompletedExceptionally()).forEach(read -> joined.addAll(read.join()));
        return joined;
    }

    private static RuntimeException asRuntime(Throwable failure) {
        return failure instanceof RuntimeException runtime
                ? runtime
                : new java.util.concurrent.CompletionException(failure);
    }
}
