package app.seventv.api.v3graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Operation;
import app.seventv.api.data.ModerationRequests;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EmoteModerationRequest.Kind;
import app.seventv.model.EmoteModerationRequest.Status;
import app.seventv.model.Id;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Messages of the old GraphQL API: an empty inbox and the moderation queue (§11.2, §11.5). */
@Operation(
    value = {"Mutation.sendInboxMessage", "Mutation.dismissVoidTargetModRequests"},
    who = "not served: 501")
final class V3MessageTypes {
  private static final int MAX_PAGE = 50;
  private static final int MAX_LIMIT = 250;
  private static final int DEFAULT_LIMIT = 10;
  private static final int MAX_TEXT_BYTES = 100;
  private static final int MAX_COUNTRIES = 100;
  private static final int MAX_MESSAGES = 1000;
  private static final int EMOTE = 2;

  private final ModerationRequests requests;

  V3MessageTypes(ModerationRequests requests) {
    this.requests = requests;
  }

  void wireQueries(TypeWiring<Object> query) {
    query.field("inbox", root -> List.of()).fetch("modRequests", (root, call) -> pending(call));
  }

  void wireMutations(TypeWiring<Object> mutation) {
    mutation
        .fetch("readMessages", (root, call) -> answer(call))
        .field("sendInboxMessage", root -> notImplemented())
        .field("dismissVoidTargetModRequests", root -> notImplemented());
  }

  void wire(GraphqlSchema schema) {
    schema
        .type("ModRequestMessageList", ModerationRequests.Page.class)
        .field("messages", ModerationRequests.Page::items)
        .field("total", ModerationRequests.Page::total);
    schema
        .type("ModRequestMessage", EmoteModerationRequest.class)
        .field("id", EmoteModerationRequest::id)
        .field("kind", request -> "MOD_REQUEST")
        .field("created_at", request -> Instant.ofEpochMilli(request.id().timeMs()))
        .field("author_id", EmoteModerationRequest::userId)
        .field(
            "read",
            request -> request.status() == Status.APPROVED || request.status() == Status.DENIED)
        .field("read_at", request -> null)
        .field("target_kind", request -> EMOTE)
        .field("target_id", EmoteModerationRequest::emoteId)
        .field("wish", request -> request.kind() == Kind.PERSONAL_USE ? "personal_use" : "list")
        .field("actor_country_name", V3MessageTypes::country)
        .field("actor_country_code", V3MessageTypes::country);
    TypeWiring<Object> inbox = schema.type("InboxMessage", Object.class);
    for (String field :
        List.of(
            "id",
            "kind",
            "created_at",
            "author_id",
            "read",
            "read_at",
            "subject",
            "content",
            "important",
            "starred",
            "pinned",
            "placeholders")) {
      inbox.field(field, message -> notImplemented()); // the inbox is always empty
    }
  }

  private static Object notImplemented() {
    throw ApiException.notImplemented();
  }

  private static String country(EmoteModerationRequest request) {
    return request.countryCode() == null ? "" : request.countryCode();
  }

  private ModerationRequests.Page pending(Call call) {
    Call.Arguments arguments = call.arguments();
    Integer page = arguments.intOrNull("page", 0, MAX_PAGE);
    Integer limit = arguments.intOrNull("limit", 0, MAX_LIMIT);
    String wish = arguments.stringOrNull("wish", 0, MAX_TEXT_BYTES);
    List<String> countries = arguments.strings("country");
    boolean tooLong =
        countries.stream()
            .anyMatch(each -> each.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT_BYTES);
    if (countries.size() > MAX_COUNTRIES || tooLong) {
      throw ApiException.badRequest("too many or too long countries");
    }
    return requests.pending(
        call.context(),
        "personal_use".equals(wish) ? Kind.PERSONAL_USE : Kind.PUBLIC_LISTING,
        countries,
        page == null || page == 0 ? 1 : page,
        limit == null || limit == 0 ? DEFAULT_LIMIT : limit);
  }

  private int answer(Call call) {
    Call.Arguments arguments = call.arguments();
    List<Id> ids = arguments.ids("message_ids", 0, MAX_MESSAGES);
    Status status =
        !arguments.bool("read")
            ? Status.PENDING
            : arguments.bool("approved") ? Status.APPROVED : Status.DENIED;
    return requests.answer(call.context(), ids, status);
  }
}
