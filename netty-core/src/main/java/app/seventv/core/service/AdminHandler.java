package app.seventv.core.service;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.CompletionStage;

/** One connection to the admin port; requests that come before an answer end the connection. */
final class AdminHandler extends SimpleChannelInboundHandler<HttpObject> {
  private final AdminRoutes routes;
  private boolean answering;

  AdminHandler(AdminRoutes routes) {
    this.routes = routes;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (!(message instanceof HttpRequest request)) {
      return;
    }
    if (message.decoderResult().isFailure() || answering) {
      ctx.close();
      return;
    }
    answering = true;
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    CompletionStage<AdminRoutes.Answer> answer =
        routes.answer(
            request.method().name(), request.uri(), request.headers().get(HttpHeaderNames.ACCEPT));
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
      ChannelHandlerContext ctx, AdminRoutes.Answer answer, boolean keepAlive) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            Unpooled.wrappedBuffer(answer.body()));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    HttpUtil.setContentLength(response, answer.body().length);
    HttpUtil.setKeepAlive(response, keepAlive);
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
