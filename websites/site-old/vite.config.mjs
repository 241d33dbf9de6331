import { siteConfig } from "../build/vite-site.mjs";

export default siteConfig(import.meta.dirname);
