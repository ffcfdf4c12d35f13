package dev.culvert.bench;

/**
 * What a figure should keep to.
 *
 * @param subject the quotient, or our own figure
 * @param bound on which side of {@code value} it should be
 * @param value the limit itself, which is still kept to
 * @param must whether missing it is an error and not merely slow: lost data, or failed connections
 */
record Limit(Subject subject, Bound bound, double value, boolean must) {
    enum Subject {
        RATIO,
        OURS
    }

    enum Bound {
        AT_LEAST,
        AT_MOST
    }

    static Limit ratioAtMost(double value) {
        return new Limit(Subject.RATIO, Bound.AT_MOST, value, false);
    }

    static Limit ratioAtLeast(double value) {
        return new Limit(Subject.RATIO, Bound.AT_LEAST, value, false);
    }

    static Limit atMost(double value) {
        return new Limit(Subject.OURS, Bound.AT_MOST, value, false);
    }

    /** For what does not depend on the machine's speed. */
    static Limit mustBeAtMost(double value) {
        return new Limit(Subject.OURS, Bound.AT_MOST, value, true);
    }

    /** For what does not depend on the machine's speed. */
    static Limit mustBeAtLeast(double value) {
        return new Limit(Subject.OURS, Bound.AT_LEAST, value, true);
    }

    boolean holds(double figure) {
        return bound == Bound.AT_LEAST ? figure >= value : figure <= value;
    }

    @Override
    public String toString() {
        return (bound == Bound.AT_LEAST ? ">= " : "<= ")
                + Report.number(value)
                + (subject == Subject.RATIO ? " x" : "");
    }
}
