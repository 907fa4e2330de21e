// Reads the claims of a token: a JSON object (RFC 8259), checked whole, of which the members are kept as they came.

const DEPTH_MAX = 32;

/** What the text is, or in `fault` why it isn't that; then the members are of no use. */
export class Claims {
  readonly members: Map<string, string> = new Map<string, string>();
  fault: string = "";
  private at: i32 = 0;

  constructor(private readonly text: string) {
    this.blanks();
    if (this.peek() != 0x7b /* { */) this.fail("a JSON object is needed");
    else this.value(0);
    this.blanks();
    if (this.isValid && this.at < text.length) this.fail("there is more after the JSON object");
  }

  get isValid(): bool {
    return this.fault.length == 0;
  }

  /** A member that is a whole number of seconds, or -1. */
  seconds(name: string): i64 {
    if (!this.members.has(name)) return -1;
    const digits = this.members.get(name);
    for (let i = 0; i < digits.length; i++) if (!isDigit(digits.charCodeAt(i))) return -1;
    return digits.length > 15 ? -1 : I64.parseInt(digits);
  }

  private fail(why: string): void {
    if (this.isValid) this.fault = why + ", see character " + (this.at + 1).toString();
  }

  private peek(): i32 {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  private accept(character: string): bool {
    if (!this.isValid || this.peek() != character.charCodeAt(0)) return false;
    this.at++;
    return true;
  }

  private blanks(): void {
    while (this.accept(" ") || this.accept("\t") || this.accept("\n") || this.accept("\r"));
  }

  private value(depth: i32): void {
    if (depth > DEPTH_MAX) return this.fail("nested deeper than " + DEPTH_MAX.toString());
    this.blanks();
    const first = this.peek();
    if (this.accept("{")) this.object(depth);
    else if (this.accept("[")) this.array(depth);
    else if (first == 0x22 /* " */) this.quoted();
    else if (first == 0x2d /* - */ || isDigit(first)) this.number();
    else if (first == 0x74 /* t */) this.word("true");
    else if (first == 0x66 /* f */) this.word("false");
    else if (first == 0x6e /* n */) this.word("null");
    else this.fail("a value is needed");
  }

  private object(depth: i32): void {
    this.blanks();
    if (this.accept("}")) return;
    do {
      this.blanks();
      if (this.peek() != 0x22 /* " */) return this.fail("a name in quotes is needed");
      const name = this.quoted();
      this.blanks();
      if (!this.accept(":")) return this.fail("a colon is needed");
      this.blanks();
      const start = this.at;
      this.value(depth + 1);
      if (depth == 0) this.keep(name, this.text.substring(start, this.at));
      this.blanks();
    } while (this.accept(","));
    if (!this.accept("}")) this.fail("a comma or } is needed");
  }

  /** Readers differ on a name that comes twice or is written with escapes, so a token may have neither. */
  private keep(name: string, value: string): void {
    if (this.members.has(name)) this.fail("a claim comes twice");
    if (name.includes("\\")) this.fail("the name of a claim may have no escapes");
    this.members.set(name, value);
  }

  private array(depth: i32): void {
    this.blanks();
    if (this.accept("]")) return;
    do {
      this.value(depth + 1);
      this.blanks();
    } while (this.accept(","));
    if (!this.accept("]")) this.fail("a comma or ] is needed");
  }

  private quoted(): string {
    const start = ++this.at;
    while (!this.accept('"')) {
      if (this.peek() < 0x20) this.fail("a string has no end, or a control character in it");
      if (this.accept("\\")) this.escape();
      else this.at++;
      if (!this.isValid) return "";
    }
    return this.text.substring(start, this.at - 1);
  }

  private escape(): void {
    if (this.accept("u")) {
      for (let i = 0; i < 4; i++, this.at++) if (!isHexDigit(this.peek())) this.fail("an escape needs four digits");
    } else if ('"\\/bfnrt'.includes(this.text.charAt(this.at))) {
      this.at++;
    } else {
      this.fail("there is no such escape");
    }
  }

  private number(): void {
    this.accept("-");
    if (!this.accept("0")) this.digits();
    if (this.accept(".")) this.digits();
    if (this.accept("e") || this.accept("E")) {
      if (!this.accept("+")) this.accept("-");
      this.digits();
    }
  }

  private digits(): void {
    if (!isDigit(this.peek())) this.fail("a digit is needed");
    while (isDigit(this.peek())) this.at++;
  }

  private word(word: string): void {
    if (this.text.substr(this.at, word.length) != word) this.fail("the word " + word + " is needed");
    this.at += word.length;
  }
}

function isDigit(character: i32): bool {
  return character >= 0x30 && character <= 0x39;
}

function isHexDigit(character: i32): bool {
  const lower = character | 0x20;
  return isDigit(character) || (lower >= 0x61 && lower <= 0x66);
}
