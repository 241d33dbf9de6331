package app.seventv.api.v4graphql;

import app.seventv.api.data.Store;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.model.Badge;
import app.seventv.model.Paint;
import org.bson.BsonDocument;

/** Badges and paints. */
final class CosmeticTypes {
  private final Store store;
  private final ImageTypes images;

  CosmeticTypes(Store store, ImageTypes images) {
    this.store = store;
    this.images = images;
  }

  void wire(GraphqlSchema schema) {
    schema
        .type("BadgeQuery", Object.class)
        .fetch("badges", (root, call) -> store.badges().find(new BsonDocument()))
        .fetch("badge", (root, call) -> store.badges().byId(call.arguments().id("id")));
    schema
        .type("PaintQuery", Object.class)
        .fetch("paints", (root, call) -> store.paints().find(new BsonDocument()))
        .fetch("paint", (root, call) -> store.paints().byId(call.arguments().id("id")));
    schema
        .type("Badge", Badge.class)
        .field("id", Badge::id)
        .field("name", Badge::name)
        .field("description", Badge::description)
        .field("tags", Badge::tags)
        .field("images", badge -> images.shown(badge.imageSet()))
        .field("createdById", Badge::createdById)
        .field("updatedAt", Badge::updatedAt)
        .field("searchUpdatedAt", Badge::searchUpdatedAt);
    schema
        .type("Paint", Paint.class)
        .field("id", Paint::id)
        .field("name", Paint::name)
        .field("description", Paint::description)
        .field("tags", Paint::tags)
        .field("data", Paint::data)
        .field("createdById", Paint::createdBy)
        .field("updatedAt", Paint::updatedAt)
        .field("searchUpdatedAt", Paint::searchUpdatedAt);
    wirePaintData(schema);
  }

  private void wirePaintData(GraphqlSchema schema) {
    schema
        .type("PaintData", Paint.Data.class)
        .field("layers", Paint.Data::layers)
        .field("shadows", Paint.Data::shadows);
    schema
        .type("PaintLayer", Paint.Layer.class)
        .field("id", Paint.Layer::id)
        .field("opacity", Paint.Layer::opacity)
        .field("ty", Paint.Layer::fill);
    schema
        .type("PaintShadow", Paint.Shadow.class)
        .field("color", Paint.Shadow::color)
        .field("offsetX", Paint.Shadow::offsetX)
        .field("offsetY", Paint.Shadow::offsetY)
        .field("blur", Paint.Shadow::blur);
    schema
        .type("PaintGradientStop", Paint.Stop.class)
        .field("at", Paint.Stop::at)
        .field("color", Paint.Stop::color);
    schema.union(
        "PaintLayerType",
        Paint.Fill.class,
        fill ->
            switch (fill) {
              case Paint.SingleColor single -> "PaintLayerTypeSingleColor";
              case Paint.LinearGradient linear -> "PaintLayerTypeLinearGradient";
              case Paint.RadialGradient radial -> "PaintLayerTypeRadialGradient";
              case Paint.ImageFill image -> "PaintLayerTypeImage";
            });
    schema
        .type("PaintLayerTypeSingleColor", Paint.SingleColor.class)
        .field("color", Paint.SingleColor::color);
    schema
        .type("PaintLayerTypeLinearGradient", Paint.LinearGradient.class)
        .field("angle", Paint.LinearGradient::angle)
        .field("repeating", Paint.LinearGradient::repeating)
        .field("stops", Paint.LinearGradient::stops);
    schema
        .type("PaintLayerTypeRadialGradient", Paint.RadialGradient.class)
        .field("repeating", Paint.RadialGradient::repeating)
        .field("shape", Paint.RadialGradient::shape)
        .field("stops", Paint.RadialGradient::stops);
    schema
        .type("PaintLayerTypeImage", Paint.ImageFill.class)
        .field("images", fill -> images.shown(fill.imageSet()));
    schema.enumeration("PaintRadialGradientShape", Paint.Shape.class);
  }
}
