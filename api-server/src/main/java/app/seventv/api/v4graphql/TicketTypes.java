package app.seventv.api.v4graphql;

import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.tickets.TicketService;
import app.seventv.model.Ticket;
import java.util.Objects;

/** Tickets and how they are opened (api-v4.md §11.6). */
final class TicketTypes {
  private static final int MAX_TITLE_BYTES = 100;
  private static final int MAX_CONTENT_BYTES = 1000;

  private final TicketService tickets;

  TicketTypes(TicketService tickets) {
    this.tickets = tickets;
  }

  void wire(GraphqlSchema schema) {
    schema.enumeration("TicketKind", Ticket.Kind.class);
    schema.enumeration("TicketPriority", Ticket.Priority.class);
    schema.enumeration("TicketMemberKind", Ticket.MemberKind.class);
    schema.enumeration("TicketTargetType", Ticket.TargetKind.class);
    schema
        .type("TicketMutation", Object.class)
        .fetch("createAbuseTicket", (root, call) -> create(call));
    schema
        .type("Ticket", Ticket.class)
        .field("id", Ticket::id)
        .field("kind", Ticket::kind)
        .field("title", Ticket::title)
        .field("tags", Ticket::tags)
        .field("targets", Ticket::targets)
        .field("authorId", Ticket::authorId)
        .field("members", Ticket::members)
        .field("priority", Ticket::priority)
        .field("countryCode", Ticket::countryCode)
        .field("open", Ticket::open)
        .field("locked", Ticket::locked)
        .field("updatedAt", Ticket::updatedAt)
        .field("searchUpdatedAt", Ticket::searchUpdatedAt);
    schema
        .type("TicketTarget", Ticket.Target.class)
        .field("kind", Ticket.Target::kind)
        .field("id", Ticket.Target::id);
    schema
        .type("TicketMember", Ticket.Member.class)
        .field("userId", Ticket.Member::userId)
        .field("kind", Ticket.Member::kind)
        .field("notifications", Ticket.Member::notifications)
        .field("lastRead", Ticket.Member::lastRead);
  }

  private Ticket create(Call call) {
    Call.Arguments target = call.arguments().object("target");
    String title =
        Objects.requireNonNull(call.arguments().stringOrNull("title", 1, MAX_TITLE_BYTES));
    return tickets.createAbuse(
        call.context(),
        new Ticket.Target((Ticket.TargetKind) target.value("kind"), target.id("id")),
        title,
        call.arguments().stringOrNull("content", 1, MAX_CONTENT_BYTES));
  }
}
