package dev.culvert.dht;

import java.time.Duration;

/**
 * What an engine can do.
 *
 * @param engine its short name, such as {@code mainline}
 * @param maxValueBytes the largest value one {@code put} takes
 * @param maxTtl how long the network keeps a value without a new {@code put}
 * @param manyWriters whether several writers may hold values under one key
 * @param push whether {@code listen} is told by the network instead of polling
 * @param hidesAddress whether the nodes that store our values do not learn our network address
 */
public record DhtCapabilities(
        String engine, int maxValueBytes, Duration maxTtl, boolean manyWriters, boolean push, boolean hidesAddress) {}
