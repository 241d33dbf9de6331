import { useState } from "preact/hooks";
import { pictureOf, type ImageFile } from "../core/images.ts";
import { t } from "../core/texts.ts";

interface EmotePictureProps {
  readonly files: readonly ImageFile[];
  /** Name of what is shown; empty where the name stands beside it. */
  readonly alt: string;
  /** Height on the page in CSS pixels. */
  readonly height: number;
  /** Widest it may become in CSS pixels; taller images shrink to fit. */
  readonly maxWidth?: number;
  /** Above the fold: loaded at once. */
  readonly eager?: boolean;
}

/** An image in the best format and scale for this browser; still where motion is not wanted. */
export function EmotePicture(props: EmotePictureProps) {
  const { files, alt, height, maxWidth, eager = false } = props;
  const [failed, setFailed] = useState(false);
  const picture = pictureOf(files);
  if (picture === null || failed) {
    return <PicturePlaceholder height={height} />;
  }
  const width = Math.round(Math.min(picture.aspectRatio * height, maxWidth ?? Infinity));
  return (
    <picture>
      {picture.sources.map((source) => (
        <source
          key={source.type + (source.media ?? "")}
          type={source.type}
          srcset={source.srcset}
          sizes={`${width}px`}
          media={source.media}
        />
      ))}
      <img
        class="emote-image"
        src={picture.fallbackUrl}
        alt={alt}
        width={width}
        height={Math.round(Math.min(height, width / picture.aspectRatio))}
        loading={eager ? "eager" : "lazy"}
        decoding="async"
        draggable={false}
        onError={() => setFailed(true)}
      />
    </picture>
  );
}

/** Stands where an image is not there yet, or could not be loaded. */
export function PicturePlaceholder({ height }: { height: number }) {
  return (
    <span
      class="emote-placeholder"
      role="img"
      aria-label={t("emote.pending")}
      style={{ width: `${height}px`, height: `${height}px` }}
    />
  );
}
