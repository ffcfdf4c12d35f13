package dev.culvert.dht.tomp2p;

import dev.culvert.dht.EventCounters;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutorGroup;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import net.tomp2p.connection.PipelineFilter;
import net.tomp2p.utils.Pair;

/**
 * Stands before TomP2P's decoder on every TCP connection and closes one that brings more bytes than a message of ours has:
 * the decoder itself collects whatever comes. One for each connection, on its event loop.
 */
final class InboundLimit extends ChannelInboundHandlerAdapter {
    /** One signed value, the largest digest that goes with it, and the rest of a message. */
    static final int MAX_BYTES = 2 * TomP2PDht.MAX_SIGNED;

    private final EventCounters<TomP2PEvent> events;
    private final boolean client;
    private long received;

    InboundLimit(EventCounters<TomP2PEvent> events, boolean client) {
        this.events = events;
        this.client = client;
    }

    /**
     * Puts one in front of the handlers of each TCP connection, incoming or outgoing. UDP is bounded by its packets; the
     * node's own socket gets {@link ForgottenRequests}.
     */
    static PipelineFilter filter(EventCounters<TomP2PEvent> events) {
        return (handlers, tcp, client) -> {
            if (!tcp) {
                var dispatcher = handlers.get("dispatcher");
                if (!client && dispatcher != null && dispatcher.element1() instanceof ChannelInboundHandler handler) {
                    handlers.put("dispatcher", new Pair<>(dispatcher.element0(), new ForgottenRequests(handler)));
                }
                return handlers;
            }
            Map<String, Pair<EventExecutorGroup, ChannelHandler>> guarded = new LinkedHashMap<>();
            guarded.put("culvert-limit", new Pair<>(null, new InboundLimit(events, client)));
            guarded.putAll(handlers);
            return guarded;
        };
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            received += bytes.readableBytes();
        }
        if (received > MAX_BYTES) {
            ReferenceCountUtil.release(message);
            if (context.channel().isOpen()) {
                events.count(TomP2PEvent.OVERSIZED);
                Object unused = context.close();
            }
            return;
        }
        context.fireChannelRead(message);
    }

    /** A caller that hangs up is nothing to log a stack trace for; our own requests must hear of it. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (client || !(cause instanceof IOException)) {
            context.fireExceptionCaught(cause);
        } else {
            Object unused = context.close();
        }
    }
}
