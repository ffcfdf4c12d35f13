package dev.culvert.peer;

import dev.culvert.dht.MessageQueue;
import dev.culvert.identity.Identity;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * What every link of a transport uses; the transport owns them all.
 *
 * @param nanoTime the clock of links and sessions, nanoseconds of any origin
 */
record LinkServices(
        Identity self,
        PeerConfig config,
        EventLoop loop,
        LongSupplier nanoTime,
        SecureRandom random,
        Dialler dialler,
        Sessions sessions,
        Connections connections,
        RealTime realTime,
        Rendezvous rendezvous,
        MessageQueue queue,
        Inlet inlet,
        LinkCounters counters,
        ConnectionListener listener) {}
