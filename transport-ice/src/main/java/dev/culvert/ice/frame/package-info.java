/**
 * Large frames over the datagrams of an {@link dev.culvert.ice.IceContext}: a frame of up to a MiB is cut into fragments,
 * and put together again on the other side from whatever order they arrive in. Nothing is sent twice: a frame that
 * loses a fragment is lost as a whole, dropped when its time is over, and counted.
 *
 * <p>A {@link dev.culvert.ice.frame.FrameHub} holds what the peers of a process share, a
 * {@link dev.culvert.ice.frame.FrameChannel} is one peer's frames both ways. Below them, for those who bring their own
 * threads and clock: {@link dev.culvert.ice.frame.FrameFragmenter} and {@link dev.culvert.ice.frame.FrameAssembler}.
 *
 * <h2>Memory</h2>
 * Fragments are kept in the order they arrive, in blocks that grow with the frame, and copied to their places once the
 * frame is whole. That is a second copy, but a fragment pins about what was received (at most twice that, and a few
 * hundred bytes for each frame), not what its header claims: a room of the frame's full length, taken when its first
 * fragment arrives, would let one small datagram hold a MiB. When a peer's budget, or that of all peers, is used up, the
 * frame of this peer that began last makes room for those that it began before. So a flood of beginnings can not push out
 * another frame of the same peer on its way, and all it holds is free again when the time for reassembly is over. Peers
 * that together use up the budget of all can keep another peer's frames out meanwhile: with the defaults, six of them.
 *
 * <h2>On the wire</h2>
 * Every fragment is one datagram: a header of 14 bytes, all numbers unsigned and big-endian, then its bytes of the frame.
 *
 * <table>
 * <caption>The header</caption>
 * <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 * <tr><td>0</td><td>1</td><td>0xCF. STUN has 0 to 3 here, DTLS 20 to 63, TURN's channels 64 to 79, RTP 128 to 191</td></tr>
 * <tr><td>1</td><td>1</td><td>version, 1</td></tr>
 * <tr><td>2</td><td>2</td><td>index of the fragment, from 0</td></tr>
 * <tr><td>4</td><td>4</td><td>frame id: the sender starts anywhere, adds 1 for each frame, and goes on at 0 after
 * 2^32 - 1</td></tr>
 * <tr><td>8</td><td>4</td><td>length of the whole frame, 1 to 8 MiB</td></tr>
 * <tr><td>12</td><td>2</td><td>length of every fragment but the last, at least 256 if there are several</td></tr>
 * </table>
 *
 * The number of fragments follows: the frame's length divided by the fragment's, rounded up. The last carries what
 * remains. The same in all fragments of a frame; what contradicts the first to arrive is dropped.
 *
 * <h2>What it does not do</h2>
 * Fragments are neither encrypted nor authenticated here: who can forge the peer's address can spoil a frame. Apps that need
 * more seal the frame before they send it. Frames longer than a burst that the path's buffers hold are to be sent through a
 * {@link dev.culvert.ice.frame.PacedOutput}.
 */
@NullMarked
package dev.culvert.ice.frame;

import org.jspecify.annotations.NullMarked;
