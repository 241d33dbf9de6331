import { useState } from "preact/hooks";
import { isAllowedImage, pageConfig } from "../core/config.ts";
import type { ImageFile } from "../core/images.ts";
import { EmotePicture } from "./picture.tsx";

interface AvatarProps {
  /** Decorative: the name stands beside it. */
  readonly name: string;
  /** The uploaded picture; empty where there is none. */
  readonly files: readonly ImageFile[];
  /** The platform account's picture. */
  readonly url: string | null;
  /** Side in CSS pixels. */
  readonly size: number;
}

/** A user's picture, or the first letter of the name where none can be shown. */
export function Avatar({ name, files, url, size }: AvatarProps) {
  const [failed, setFailed] = useState(false);
  const side = { width: `${size}px`, height: `${size}px` };
  if (files.length > 0) {
    return (
      <span class="avatar" style={side}>
        <EmotePicture files={files} alt="" height={size} maxWidth={size} eager />
      </span>
    );
  }
  if (url !== null && !failed && isAllowedImage(pageConfig(), url)) {
    return (
      <span class="avatar" style={side}>
        <img src={url} alt="" width={size} height={size} onError={() => setFailed(true)} />
      </span>
    );
  }
  return (
    <span class="avatar letter" style={{ ...side, fontSize: `${size / 2}px` }} aria-hidden="true">
      {name.charAt(0).toUpperCase()}
    </span>
  );
}
