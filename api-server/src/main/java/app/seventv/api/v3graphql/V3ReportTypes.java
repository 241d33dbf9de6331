package app.seventv.api.v3graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Loaders;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.tickets.TicketService;
import app.seventv.model.Id;
import app.seventv.model.Ticket;
import app.seventv.model.TicketMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reports of the old GraphQL API, which are tickets (api-v3.md §11.2, §11.4, §11.5). */
final class V3ReportTypes {
  private static final int MAX_PAGE = 50;
  private static final int MAX_LIMIT = 250;
  private static final int DEFAULT_LIMIT = 10;
  private static final int MAX_SUBJECT_BYTES = 100;
  private static final int MAX_TEXT_BYTES = 1000;
  private static final int EMOTE = 2;

  private final TicketService service;

  V3ReportTypes(TicketService service) {
    this.service = service;
  }

  enum ReportStatus {
    OPEN,
    ASSIGNED,
    CLOSED
  }

  void wireQueries(TypeWiring<Object> query) {
    query
        .fetch("reports", (root, call) -> open(call))
        .fetch("report", (root, call) -> service.report(call.context(), call.arguments().id("id")));
  }

  void wireMutations(TypeWiring<Object> mutation) {
    mutation
        .fetch("createReport", (root, call) -> create(call))
        .fetch("editReport", (root, call) -> edit(call));
  }

  void wire(GraphqlSchema schema) {
    schema.enumeration("ReportStatus", ReportStatus.class);
    schema
        .type("Report", Ticket.class)
        .field("id", Ticket::id)
        .field("target_kind", ticket -> EMOTE)
        .field("target_id", ticket -> ticket.targets().getFirst().id())
        .field("actor_id", Ticket::authorId)
        .fetch("actor", (ticket, call) -> V3UserTypes.load(ticket.authorId(), call))
        .field("subject", Ticket::title)
        .fetch("body", (ticket, call) -> messages(ticket, call).thenApply(all -> body(ticket, all)))
        .fetch(
            "notes", (ticket, call) -> messages(ticket, call).thenApply(all -> notes(ticket, all)))
        .field("priority", ticket -> ticket.priority().code())
        .field("status", V3ReportTypes::status)
        .field("created_at", ticket -> Instant.ofEpochMilli(ticket.id().timeMs()))
        .fetch("assignees", V3ReportTypes::assignees);
  }

  private List<Ticket> open(Call call) {
    Integer page = call.arguments().intOrNull("page", 0, MAX_PAGE);
    Integer limit = call.arguments().intOrNull("limit", 0, MAX_LIMIT);
    List<Ticket> reports =
        service.openReports(
            call.context(),
            page == null || page == 0 ? 1 : page,
            limit == null || limit == 0 ? DEFAULT_LIMIT : limit);
    if (call.arguments().has("status") && call.arguments().value("status") != ReportStatus.OPEN) {
      throw ApiException.notImplemented();
    }
    return reports;
  }

  private Ticket create(Call call) {
    Call.Arguments data = call.arguments().object("data");
    String subject = Objects.requireNonNull(data.stringOrNull("subject", 1, MAX_SUBJECT_BYTES));
    String body = Objects.requireNonNull(data.stringOrNull("body", 1, MAX_TEXT_BYTES));
    Id target = data.id("target_id");
    boolean emote = Objects.requireNonNull(data.longOrNull("target_kind")) == EMOTE;
    if (!emote) {
      throw ApiException.notImplemented();
    }
    return service.createReport(call.context(), target, subject, body);
  }

  private Ticket edit(Call call) {
    Call.Arguments data = call.arguments().object("data");
    Ticket.Priority priority = priority(data.longOrNull("priority"));
    String assignee = data.stringOrNull("assignee");
    Id person = assignee == null ? null : person(assignee);
    boolean leaves = assignee != null && assignee.startsWith("-");
    Boolean open = data.has("status") ? data.value("status") != ReportStatus.CLOSED : null;
    return service.edit(
        call.context(),
        call.arguments().id("report_id"),
        new TicketService.Edit(
            priority,
            open,
            leaves ? null : person,
            leaves ? person : null,
            data.object("note").stringOrNull("content", 1, MAX_TEXT_BYTES)));
  }

  private static Ticket.@Nullable Priority priority(@Nullable Long code) {
    if (code == null) {
      return null;
    }
    for (Ticket.Priority priority : Ticket.Priority.values()) {
      if (priority.code() == code) {
        return priority;
      }
    }
    throw ApiException.badRequest("invalid priority");
  }

  /** A plus or minus sign and a user id. */
  private static Id person(String assignee) {
    boolean signed = assignee.startsWith("+") || assignee.startsWith("-");
    Id id = signed ? Id.parseOrNull(assignee.substring(1)) : null;
    if (id == null) {
      throw ApiException.badRequest("invalid assignee");
    }
    return id;
  }

  private static ReportStatus status(Ticket ticket) {
    if (!ticket.open()) {
      return ReportStatus.CLOSED;
    }
    return assigned(ticket).isEmpty() ? ReportStatus.OPEN : ReportStatus.ASSIGNED;
  }

  private static List<Id> assigned(Ticket ticket) {
    return ticket.members().stream()
        .filter(member -> member.kind() == Ticket.MemberKind.ASSIGNED)
        .map(Ticket.Member::userId)
        .toList();
  }

  private static CompletableFuture<List<V3User>> assignees(Ticket ticket, Call call) {
    return call.loadMap(Loaders.USER, assigned(ticket))
        .thenApply(users ->
            assigned(ticket).stream()
                .map(id -> V3User.visible(users.get(id), call.context().caller()))
                .toList());
  }

  private static CompletableFuture<List<TicketMessage>> messages(Ticket ticket, Call call) {
    return call.load(Loaders.TICKET_MESSAGES, ticket.id())
        .thenApply(found -> found == null ? List.of() : found);
  }

  private static @Nullable TicketMessage first(Ticket ticket, List<TicketMessage> messages) {
    return messages.stream()
        .filter(message -> message.userId().equals(ticket.authorId()))
        .findFirst()
        .orElse(null);
  }

  private static String body(Ticket ticket, List<TicketMessage> messages) {
    TicketMessage first = first(ticket, messages);
    return first == null ? "" : first.content();
  }

  private static List<String> notes(Ticket ticket, List<TicketMessage> messages) {
    List<TicketMessage> notes = new ArrayList<>(messages);
    notes.remove(first(ticket, messages));
    return notes.stream().map(TicketMessage::content).toList();
  }
}
