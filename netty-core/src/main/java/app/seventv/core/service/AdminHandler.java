package app.seventv.core.service;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One connection to the admin port; requests that come before an answer end the connection. */
final class AdminHandler extends SimpleChannelInboundHandler<HttpObject> {
  /** Largest body that an {@link AdminEndpoint} gets. */
  static final int MAX_BODY_BYTES = 1 << 20;

  private final AdminRoutes routes;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable HttpRequest request;
  private boolean answering;

  AdminHandler(AdminRoutes routes) {
    this.routes = routes;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) throws IOException {
    if (message.decoderResult().isFailure() || (answering && message instanceof HttpRequest)) {
      ctx.close();
      return;
    }
    if (message instanceof HttpRequest head) {
      answering = true;
      request = head;
      body.reset();
    }
    HttpRequest head = request;
    if (!(message instanceof HttpContent content) || head == null) {
      return;
    }
    AdminEndpoint endpoint = routes.endpointOf(head.uri());
    if (endpoint != null) {
      if (body.size() + content.content().readableBytes() > MAX_BODY_BYTES) {
        request = null;
        write(ctx, new AdminEndpoint.Reply(413, "text/plain", new byte[0]), false);
        return;
      }
      content.content().readBytes(body, content.content().readableBytes());
    }
    if (message instanceof LastHttpContent) {
      request = null;
      answer(ctx, head, endpoint);
    }
  }

  private void answer(
      ChannelHandlerContext ctx, HttpRequest head, @Nullable AdminEndpoint endpoint) {
    boolean keepAlive = HttpUtil.isKeepAlive(head);
    String method = head.method().name();
    CompletionStage<AdminEndpoint.Reply> answer =
        endpoint == null
            ? routes.answer(method, head.uri(), head.headers().get(HttpHeaderNames.ACCEPT))
            : endpoint.answer(
                new AdminEndpoint.Call(
                    method,
                    head.headers().get(HttpHeaderNames.AUTHORIZATION, ""),
                    body.toByteArray()));
    answer.whenCompleteAsync(
        (result, failure) -> {
          answering = false;
          if (failure != null) {
            ctx.close();
          } else {
            write(ctx, result, keepAlive);
          }
        },
        ctx.executor());
  }

  private static void write(
      ChannelHandlerContext ctx, AdminEndpoint.Reply answer, boolean keepAlive) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            Unpooled.wrappedBuffer(answer.body()));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    answer.fields().forEach(response.headers()::set);
    HttpUtil.setContentLength(response, answer.body().length);
    HttpUtil.setKeepAlive(response, keepAlive);
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
