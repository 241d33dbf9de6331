package app.seventv.api.v3graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Scalars;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.search.SearchIndex;
import app.seventv.api.sets.EmoteSetService;
import app.seventv.api.v3rest.V3Models;
import app.seventv.model.GlobalConfig;
import graphql.language.AstTransformer;
import graphql.language.Document;
import graphql.language.Node;
import graphql.language.NodeVisitorStub;
import graphql.language.TypeName;
import graphql.schema.GraphQLSchema;
import graphql.util.TraversalControl;
import graphql.util.TraverserContext;
import graphql.util.TreeTransformerUtil;
import java.util.List;
import java.util.stream.Stream;

/** The v3 schema with everything behind it. */
public final class V3Schema {
  private static final String SDL = "v3.graphqls";
  private static final List<String> TEXT_SCALARS =
      List.of(
          "ObjectID",
          "Id",
          "ConnectionPlatform",
          "UserTypeModel",
          "CosmeticKind",
          "CosmeticPaintFunction",
          "CosmeticPaintShape",
          "CosmeticPaintCanvasRepeat",
          "CosmeticPaintTextTransform",
          "ImageFormat",
          "EmoteVersionState");
  private static final List<String> INTEGER_SCALARS =
      List.of(
          "EmoteLifecycleModel",
          "EmoteFlagsModel",
          "EmoteSetFlagModel",
          "ActiveEmoteFlagModel",
          "UserEditorModelPermission",
          "BanEffect",
          "AuditLogKind",
          "AuditLogChangeFormat");

  private V3Schema() {}

  /** Builds the executable schema. */
  public static GraphQLSchema create(
      Store store, UserLoader users, SearchIndex index, EmoteSetService sets, V3Models models) {
    String sdl = GraphqlSchema.resource(SDL);
    GraphqlSchema schema = new GraphqlSchema();
    schema.scalars(
        Stream.of(
                TEXT_SCALARS.stream().map(Scalars::text),
                INTEGER_SCALARS.stream().map(Scalars::integer),
                Stream.of(
                    Scalars.dateTime("DateTime"),
                    Scalars.jsonOutput("ArbitraryMap"),
                    Scalars.jsonOutput("StringMap")))
            .flatMap(scalars -> scalars)
            .toList());
    TypeWiring<Object> query = schema.type("Query", Object.class);
    query
        .field("inbox", root -> List.of())
        .field("announcement", root -> announcement(store))
        .field("_service", root -> root);
    schema.type("_Service", Object.class).field("sdl", service -> sdl);
    TypeWiring<Object> mutation = schema.type("Mutation", Object.class);
    V3UserTypes userTypes = new V3UserTypes(store, users, index, models);
    userTypes.wireQueries(query);
    userTypes.wire(schema);
    V3EmoteTypes emoteTypes = new V3EmoteTypes(store, users, index, models);
    emoteTypes.wireQueries(query);
    emoteTypes.wire(schema);
    V3SetTypes setTypes = new V3SetTypes(store, sets);
    setTypes.wireQueries(query);
    setTypes.wireMutations(mutation);
    setTypes.wire(schema);
    return schema.build(List.of(sdl));
  }

  /**
   * Clients declare id variables as {@code Id} or {@code ObjectID} at will (pitfall 1): in a
   * request both names mean the latter, since no input of this schema takes an {@code Id}.
   */
  public static Document unifyIds(Document document) {
    return (Document)
        new AstTransformer()
            .transform(
                document,
                new NodeVisitorStub() {
                  @Override
                  @SuppressWarnings("rawtypes") // as the visitor declares it
                  public TraversalControl visitTypeName(
                      TypeName node, TraverserContext<Node> context) {
                    return node.getName().equals("Id")
                        ? TreeTransformerUtil.changeNode(
                            context, node.transform(type -> type.name("ObjectID")))
                        : TraversalControl.CONTINUE;
                  }
                });
  }

  private static String announcement(Store store) {
    GlobalConfig config = store.globalConfig();
    if (config == null) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "global config not found");
    }
    String message = config.alertMessage();
    return message == null ? "" : message;
  }
}
