/**
 * Records and messages on a distributed hash table. From the engine upwards:
 *
 * <ul>
 *   <li>{@link dev.culvert.dht.Dht} is what an engine does; {@link dev.culvert.dht.Slot} says where. {@code SplittingDht} makes
 *       room for large values, {@code SignedValue} and {@code NewestValues} serve engines that know no writers.
 *   <li>{@link dev.culvert.dht.SealedRecord} is what is put there, {@code RecordKeys} where; {@code RecordOpener} takes nothing
 *       that is not verified.
 *   <li>{@link dev.culvert.dht.CandidateDirectory} publishes, looks up and watches how peers can be reached; {@code CandidatePolls}
 *       and {@code PollBudget} bound what that costs.
 *   <li>{@link dev.culvert.dht.MessageQueue} carries messages to absent peers: {@code Outbox} with its lanes, {@code Inbox} with
 *       its window, both on one {@code TaskLoop}; {@code SealingKeys} chooses how they are sealed.
 *   <li>{@link dev.culvert.dht.Keeper} puts messages while their sender is away; {@code OutboxKeepers} is the sender's side of it,
 *       {@code KeeperMessage} what the two say to each other.
 *   <li>{@link dev.culvert.dht.MessageStore} and {@code KeeperStore} are the disk, each on a {@code StoreFile}.
 * </ul>
 */
@NullMarked
package dev.culvert.dht;

import org.jspecify.annotations.NullMarked;
