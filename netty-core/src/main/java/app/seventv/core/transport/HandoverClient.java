package app.seventv.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketChannelConfig;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The successor's side of the conversation in {@link Handover}. */
final class HandoverClient extends ChannelInboundHandlerAdapter {
  private static final int MAX_LINE_BYTES = 64;

  private final CompletableFuture<Received> received = new CompletableFuture<>();
  private final StringBuilder line = new StringBuilder();
  private final List<Integer> descriptors = new ArrayList<>();
  private int generation = -1;
  private int count;

  /** What the predecessor has sent. */
  record Received(int generation, List<Integer> descriptors) {}

  CompletableFuture<Received> received() {
    return received;
  }

  /** Tells the predecessor that the sockets are in use here. */
  static void ready(Channel predecessor) {
    predecessor.writeAndFlush(ascii("ready\n"));
  }

  static ByteBuf ascii(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws IOException {
    if (!HandoverPath.isSameUser(ctx.channel())) {
      fail(ctx, "the process at the handover socket belongs to another user");
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof FileDescriptor descriptor) {
      descriptors.add(descriptor.intValue());
    } else if (message instanceof ByteBuf bytes) {
      line.append(bytes.toString(StandardCharsets.US_ASCII));
      bytes.release();
      int end = line.indexOf("\n");
      if (end >= 0) {
        greeted(ctx, line.substring(0, end).split(" ", -1));
      } else if (line.length() > MAX_LINE_BYTES) {
        fail(ctx, "no greeting");
      }
    }
    if (generation >= 0 && descriptors.size() == count) {
      received.complete(new Received(generation, List.copyOf(descriptors)));
    }
  }

  /** Descriptors only arrive in the other mode of reading; hence the question in between. */
  private void greeted(ChannelHandlerContext ctx, String[] greeting) {
    try {
      count = Integer.parseInt(greeting[greeting.length - 1]);
      generation = Integer.parseInt(greeting[0]) % DatagramRelay.GENERATIONS;
    } catch (NumberFormatException e) {
      fail(ctx, "no greeting");
      return;
    }
    ((DomainSocketChannelConfig) ctx.channel().config())
        .setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS);
    ctx.writeAndFlush(ascii("send\n"));
  }

  private void fail(ChannelHandlerContext ctx, String reason) {
    received.completeExceptionally(new IOException(reason));
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    received.completeExceptionally(new IOException("the predecessor went away"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    received.completeExceptionally(cause);
    ctx.close();
  }
}
