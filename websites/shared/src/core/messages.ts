/** A text, or its plural forms by CLDR category, chosen by the parameter `count`. */
export type Message = string | ({ readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

export type MessageTable = Readonly<Record<string, Message>>;

export type Parameters = Readonly<Record<string, string | number>>;

/** Gives the text of `key` with `{name}` replaced by its parameter; numbers in the locale's form. */
export function createTranslator<T extends MessageTable>(locale: string, table: T) {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (key: keyof T, parameters: Parameters = {}): string => {
    const message: Message = table[key] ?? String(key);
    const text =
      typeof message === "string"
        ? message
        : (message[plural.select(Number(parameters["count"] ?? 0))] ?? message.other);
    return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
      const value = parameters[name];
      return typeof value === "number" ? number.format(value) : (value ?? placeholder);
    });
  };
}
