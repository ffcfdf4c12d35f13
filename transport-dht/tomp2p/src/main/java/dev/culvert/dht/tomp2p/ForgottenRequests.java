package dev.culvert.dht.tomp2p;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.socket.DatagramChannel;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Stands before TomP2P's dispatcher on a node's UDP socket. For each request the dispatcher hangs a listener, with 700 bytes
 * of objects, on the future that tells when the socket closes, which it does only with the node: so a node would grow with
 * every packet that it is sent. Here the dispatcher is shown a close future for each request, which nobody keeps.
 */
final class ForgottenRequests extends ChannelInboundHandlerAdapter {
    private final ChannelInboundHandler dispatcher;

    ForgottenRequests(ChannelInboundHandler dispatcher) {
        this.dispatcher = dispatcher;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        dispatcher.channelRead(shown(context), message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        dispatcher.exceptionCaught(context, cause);
    }

    private static ChannelHandlerContext shown(ChannelHandlerContext context) {
        Channel channel = context.channel();
        Object shownChannel = proxy(
                DatagramChannel.class,
                (proxy, method, arguments) -> method.getName().equals("closeFuture")
                        ? new DefaultChannelPromise(channel)
                        : invoke(channel, method, arguments));
        return (ChannelHandlerContext) proxy(
                ChannelHandlerContext.class,
                (proxy, method, arguments) ->
                        method.getName().equals("channel") ? shownChannel : invoke(context, method, arguments));
    }

    private static Object proxy(Class<?> type, InvocationHandler handler) {
        return Proxy.newProxyInstance(ForgottenRequests.class.getClassLoader(), new Class<?>[] {type}, handler);
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
