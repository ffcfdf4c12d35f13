package dev.culvert.peer;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A JFR event for the end of each connection and each attempt at one: a {@link ConnectionEnd}. */
@Name("dev.culvert.ConnectionEnd")
@Label("End of a connection")
@Category("Culvert")
@StackTrace(false)
final class ConnectionEndEvent extends Event {
    @Label("Peer")
    String peer = "";

    @Label("Connection")
    long connection;

    @Label("Cause")
    String cause = "";

    @Label("Was up")
    boolean wasUp;

    @Label("Age")
    @Timespan(Timespan.NANOSECONDS)
    long age;

    @Label("Connected peers")
    int connected;

    @Label("Free slots")
    int freeSlots;

    static void emit(ConnectionEnd end) {
        ConnectionEndEvent event = new ConnectionEndEvent();
        if (event.shouldCommit()) {
            event.peer = end.peer().toShortString();
            event.connection = end.connection();
            event.cause = end.cause().name();
            event.wasUp = end.wasUp();
            event.age = end.age().toNanos();
            event.connected = end.connected();
            event.freeSlots = end.freeSlots();
            event.commit();
        }
    }
}
