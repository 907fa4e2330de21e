// An Extism plug-in with one function: counts the words of its input, and says what it was configured with.
import { Config, Host, Var } from "@extism/as-pdk";

export function words(): i32 {
  const text = Host.inputString();
  let count = 0;
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    const blank = text.charCodeAt(i) <= 0x20;
    if (!blank && !inside) count++;
    inside = !blank;
  }
  if (count == 0) {
    Host.outputString("no words");
    return 2;
  }
  Var.set("count", Uint8Array.wrap(String.UTF8.encode(count.toString())));
  const known = Var.get("count");
  const unit = Config.get("UNIT");
  const answer = String.UTF8.decode(known!.buffer) + " " + (unit == null ? "words" : unit);
  // outputString of 1.0.0 counts characters where it should count bytes
  Host.output(Uint8Array.wrap(String.UTF8.encode(answer)));
  return 0;
}
