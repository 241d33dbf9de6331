package app.seventv.benchmarks;

import app.seventv.model.Id;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.jspecify.annotations.Nullable;

/**
 * One viewer of a soak: watches one set whose name is a number that rises by one, over as many
 * connections as it takes. What is missing counts as lost unless the server said that it cannot
 * tell ("not resumed"), which is when a client looks the state up anew. Confined to its loop.
 */
final class SoakClient {
  private static final long NOT_YET = -1;

  private final Soak soak;
  private @Nullable Channel channel;
  private Id topic;
  private boolean stopped;

  /** Last number seen of the topic; {@link #NOT_YET} until the next one sets it. */
  private long last = NOT_YET;

  /** Missing numbers that the server may still admit not to know. */
  private long missing;

  /** Answers still to come before what arrives is of the topic as it is held now. */
  private int unanswered;

  private String session = "";
  private long sequence;
  private String earlier = "";
  private long earlierSequence;

  SoakClient(Soak soak, Id topic) {
    this.soak = soak;
    this.topic = topic;
  }

  /** What handles the frames of the next connection. */
  Handler handler() {
    return new Handler();
  }

  /** The connection breaks: the client comes back and goes on. */
  void breakOff() {
    if (channel != null) {
      channel.close();
    }
  }

  /** The client leaves for good, in order, and another comes in its place. */
  void leave() {
    if (channel != null) {
      session = "";
      forget();
      unanswered++; // what is still under way is for who has left
      channel.writeAndFlush(new CloseWebSocketFrame(1000, ""));
    }
  }

  /** The client watches something else. */
  void change(Id other) {
    Channel to = channel;
    if (to != null && !session.isEmpty() && earlier.isEmpty()) {
      send(to, command(36, topic));
      topic = other;
      forget();
      subscribe(to);
    }
  }

  /** The end of the soak; returns what is lost for good. */
  long stop() {
    stopped = true;
    if (channel != null) {
      channel.close();
    }
    return missing;
  }

  private void forget() {
    last = NOT_YET;
    missing = 0;
  }

  private void subscribe(Channel to) {
    unanswered++;
    send(to, command(35, topic));
  }

  private static String command(int op, Id topic) {
    return "{\"op\":"
        + op
        + ",\"d\":{\"type\":\"emote_set.update\",\"condition\":{\"object_id\":\""
        + topic
        + "\"}}}";
  }

  private static void send(Channel to, String text) {
    to.writeAndFlush(new TextWebSocketFrame(text));
  }

  private static String between(String text, String before, String after) {
    int start = text.indexOf(before);
    if (start < 0) {
      return "";
    }
    int from = start + before.length();
    return text.substring(from, text.indexOf(after, from));
  }

  private void frame(Channel from, String text) {
    int tail = text.lastIndexOf("},\"op\":");
    sequence = Long.parseLong(between(text.substring(tail), "\"s\":", "}"));
    switch (between(text.substring(tail), "\"op\":", ",")) {
      case "0" -> event(text);
      case "1" -> hello(from, between(text, "\"session_id\":\"", "\""));
      case "5" -> ack(from, text);
      default -> {
        // heartbeats, and the words before the server's close
      }
    }
  }

  private void hello(Channel from, String id) {
    earlier = session;
    session = id;
    unanswered = 0;
    if (earlier.isEmpty()) {
      forget();
      subscribe(from);
    } else {
      unanswered++;
      send(
          from,
          "{\"op\":34,\"s\":" + earlierSequence + ",\"d\":{\"session_id\":\"" + earlier + "\"}}");
    }
  }

  private void ack(Channel from, String text) {
    if (text.contains("\"command\":\"UNSUBSCRIBE\"")) {
      return;
    }
    unanswered--;
    if (text.contains("\"command\":\"SUBSCRIBE\"")) {
      return;
    }
    earlier = "";
    if (text.contains("\"success\":true")) {
      soak.resumed.increment();
      soak.lost.add(missing);
      missing = 0;
    } else {
      soak.refused.increment();
      forget();
      subscribe(from);
    }
  }

  private void event(String text) {
    if (unanswered > 0 || !text.contains(topic.toString())) {
      return; // of the topic before
    }
    long number = Long.parseLong(between(text, "\"value\":\"n", "\""));
    soak.events.increment();
    if (last != NOT_YET) {
      if (number <= last) {
        soak.doubled.increment();
        return;
      }
      missing += number - last - 1;
    }
    last = number;
  }

  /** One connection. */
  final class Handler extends SimpleChannelInboundHandler<WebSocketFrame> {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == WebSocketClientProtocolHandler.ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
        channel = ctx.channel();
        soak.open.incrementAndGet();
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
      if (frame instanceof TextWebSocketFrame text && ctx.channel().equals(channel)) {
        frame(ctx.channel(), text.text());
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (ctx.channel().equals(channel)) {
        channel = null;
        soak.open.decrementAndGet();
        if (!earlier.isEmpty()) {
          earlier = ""; // the answer did not come: nobody can tell what was missed
          session = "";
          forget();
        }
        earlierSequence = sequence;
      }
      if (!stopped) {
        soak.connectLater(SoakClient.this);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
