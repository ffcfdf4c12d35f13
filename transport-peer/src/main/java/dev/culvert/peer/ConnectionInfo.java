package dev.culvert.peer;

import dev.culvert.ice.SelectedPair;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import java.time.Duration;

/**
 * A live connection, as it was when asked.
 *
 * <pre>{@code
 * for (ConnectionInfo connection : transport.connections().join()) {
 *     System.out.println(connection.peer().toShortString() + ": " + connection.tier() + ", " + connection.pair());
 * }
 * }</pre>
 *
 * @param id its number, counted from 1 for each transport
 * @param peer the authenticated other side
 * @param tier DIRECT, ICE or RELAY
 * @param pair the selected candidate pair
 * @param setUp from the first step on this side until the peer had proved itself
 * @param secured the last part of {@code setUp}: from the path being connected on this side until the peer had proved
 *     itself, so what the session took on top of ICE
 */
public record ConnectionInfo(long id, PeerId peer, Tier tier, SelectedPair pair, Duration setUp, Duration secured) {}
