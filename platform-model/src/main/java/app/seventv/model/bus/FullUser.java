package app.seventv.model.bus;

import app.seventv.model.Document;
import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Id;
import app.seventv.model.Permissions;
import app.seventv.model.SubscriptionId;
import app.seventv.model.User;
import app.seventv.model.UserProfilePicture;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A user with what was computed about them (event-api.md §15.3). Holds private data.
 *
 * @param activeProfilePicture null without one, or without the permission to use it
 */
public record FullUser(
    User user, Computed computed, @Nullable UserProfilePicture activeProfilePicture)
    implements Document {

  /**
   * What roles, entitlements and bans add up to. The list of raw edges that the bus has room for is
   * written as null and not read.
   *
   * @param highestRoleRank −1 without roles
   * @param highestRoleColor RGBA bit pattern
   * @param roles the user's roles
   */
  public record Computed(
      Permissions permissions,
      Entitlements entitlements,
      int highestRoleRank,
      @Nullable Integer highestRoleColor,
      List<Id> roles)
      implements Document {

    /** Copies the list. */
    public Computed {
      roles = List.copyOf(roles);
    }

    static Computed read(DocumentReader in) {
      return new Computed(
          in.document("permissions", Permissions::read),
          in.document("entitlements", Entitlements::read),
          in.int32("highest_role_rank"),
          in.int32OrNull("highest_role_color"),
          in.ids("roles"));
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .document("permissions", permissions)
          .document("entitlements", entitlements)
          .int32("highest_role_rank", highestRoleRank)
          .int32("highest_role_color", highestRoleColor)
          .ids("roles", roles)
          .value("raw_entitlements", null)
          .build();
    }
  }

  /** Everything a user is entitled to. */
  public record Entitlements(
      List<Id> roles,
      List<Id> badges,
      List<Id> paints,
      List<Id> emoteSets,
      List<Id> products,
      List<SubscriptionId> subscriptions,
      List<Id> subscriptionBenefits,
      List<Id> specialEvents)
      implements Document {

    /** Nothing. */
    public static final Entitlements NONE =
        new Entitlements(
            List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public Entitlements {
      roles = List.copyOf(roles);
      badges = List.copyOf(badges);
      paints = List.copyOf(paints);
      emoteSets = List.copyOf(emoteSets);
      products = List.copyOf(products);
      subscriptions = List.copyOf(subscriptions);
      subscriptionBenefits = List.copyOf(subscriptionBenefits);
      specialEvents = List.copyOf(specialEvents);
    }

    static Entitlements read(DocumentReader in) {
      return new Entitlements(
          in.ids("roles"),
          in.ids("badges"),
          in.ids("paints"),
          in.ids("emote_sets"),
          in.ids("products"),
          in.documents("subscriptions", SubscriptionId::read),
          in.ids("subscription_benefits"),
          in.ids("special_events"));
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .ids("roles", roles)
          .ids("badges", badges)
          .ids("paints", paints)
          .ids("emote_sets", emoteSets)
          .ids("products", products)
          .documents("subscriptions", subscriptions)
          .ids("subscription_benefits", subscriptionBenefits)
          .ids("special_events", specialEvents)
          .build();
    }
  }

  /** Reads the bus form. */
  public static FullUser read(DocumentReader in) {
    return new FullUser(
        in.document("user", User::read),
        in.document("computed", Computed::read),
        in.documentOrNull("active_profile_picture", UserProfilePicture::read));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .document("user", user)
        .document("computed", computed)
        .document("active_profile_picture", activeProfilePicture)
        .build();
  }
}
