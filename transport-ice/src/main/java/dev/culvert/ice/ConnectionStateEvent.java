package dev.culvert.ice;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A JFR event for each step of a context's state. */
@Name("dev.culvert.ConnectionState")
@Label("ICE connection state")
@Category("Culvert")
@StackTrace(false)
final class ConnectionStateEvent extends Event {
    @Label("Context")
    String context = "";

    @Label("From")
    String from = "";

    @Label("To")
    String to = "";
}
