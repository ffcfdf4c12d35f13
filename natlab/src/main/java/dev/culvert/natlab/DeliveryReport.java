package dev.culvert.natlab;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Deliveries as text: a row for each, as it comes, and a summary. Stateless. */
final class DeliveryReport {
    private static final String ROW = "%-17s  %-8s  %-24s  %5s  %9s  %7s  %7s  %5s  %s%n";

    private DeliveryReport() {}

    /** The columns' names. */
    static String head() {
        return String.format(
                Locale.ROOT, ROW, "pair", "servers", "messages", "conns", "connect s", "total s", "MB/s", "gap s", "");
    }

    static String row(Delivery delivery) {
        String tiers = delivery.tiers().entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                ROW,
                delivery.pair(),
                delivery.access().word(),
                tiers,
                delivery.connections(),
                seconds(delivery.connecting()),
                seconds(delivery.time()),
                String.format(Locale.ROOT, "%.1f", delivery.megabytesPerSecond()),
                seconds(delivery.gap()),
                delivery.succeeded() ? "ok" : "FAILED");
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f", time.toNanos() / 1e9);
    }

    static String summary(List<Delivery> all) {
        List<Delivery> failed =
                all.stream().filter(delivery -> !delivery.succeeded()).toList();
        Duration time = all.stream().map(Delivery::time).reduce(Duration.ZERO, Duration::plus);
        long bytes = all.stream().mapToLong(Delivery::bytes).sum();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d pairs, %d failed, %.0f MB in %s s%n",
                all.size(),
                failed.size(),
                bytes / 1e6,
                seconds(time)));
        failed.forEach(delivery -> text.append(delivery.pair())
                .append(": ")
                .append(delivery.problem())
                .append(System.lineSeparator()));
        return text.toString();
    }
}
