package app.seventv.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The predecessor's side of the conversation in {@link Handover}; one successor at a time. */
@Sharable
final class HandoverServer extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HandoverServer.class);

  /** What the loops had begun to read when they were told to stop is handled by then. */
  private static final long SETTLE_MS = 50;

  private final int generation;
  private final EventLoops loops;
  private final Runnable onSuccessor;

  // Both only on the handover loop.
  private @Nullable Channel successor;
  private List<Integer> offered = List.of();

  HandoverServer(int generation, EventLoops loops, Runnable onSuccessor) {
    this.generation = generation;
    this.loops = loops;
    this.onSuccessor = onSuccessor;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws IOException {
    if (successor != null || !HandoverPath.isSameUser(ctx.channel())) {
      ctx.close();
      return;
    }
    successor = ctx.channel();
    offered = loops.listeningDescriptors();
    ctx.writeAndFlush(HandoverClient.ascii(generation + " " + offered.size() + "\n"));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (ctx.channel().equals(successor)) {
      successor = null; // it gave up, or it is served; either way the next may come
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    String words =
        message instanceof ByteBuf bytes ? bytes.toString(StandardCharsets.US_ASCII) : "";
    ReferenceCountUtil.release(message);
    if (words.contains("send\n")) {
      offered.forEach(descriptor -> ctx.write(new FileDescriptor(descriptor)));
      ctx.flush();
    }
    if (words.contains("ready\n")) {
      loops.stopListening();
      ctx.executor().schedule(() -> leave(ctx.channel()), SETTLE_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** The path is free for the successor before it learns that it may go on. */
  private void leave(Channel channel) {
    if (!channel.isActive()) {
      LOG.warn("the successor died before it served; going on");
      loops.startListening();
      return;
    }
    LOG.info("a successor has taken the sockets over");
    channel.parent().close().addListener(closed -> channel.close());
    onSuccessor.run();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.warn("handover failed: {}", cause.toString());
    ctx.close();
  }
}
