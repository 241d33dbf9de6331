package app.seventv.events;

import java.util.List;

/** A session on a websocket whose handshake asks for subscriptions (event-api.md §5). */
final class InlineWebSocketSession extends WebSocketSession {
  /** Until they are carried out. */
  private List<SubscriptionRequest> inline;

  InlineWebSocketSession(SessionLoop loop, ClientKind client, List<SubscriptionRequest> inline) {
    super(loop, client);
    this.inline = inline;
  }

  @Override
  List<SubscriptionRequest> takeInline() {
    List<SubscriptionRequest> taken = inline;
    inline = List.of();
    return taken;
  }
}
