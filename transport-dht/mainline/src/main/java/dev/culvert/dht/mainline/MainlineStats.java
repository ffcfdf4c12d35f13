package dev.culvert.dht.mainline;

/**
 * Counts since an engine was opened.
 *
 * @param foreignItems items dropped because they were not a byte string of a legal length
 * @param unmatchedAnswers answers that nobody waited for, mostly late ones
 * @param overflows how often the engine's alert queue was full and answers were lost
 */
public record MainlineStats(long foreignItems, long unmatchedAnswers, long overflows) {}
