package browser_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/hearthgate/hearthgate/infra/internal/localrun/demohome"
	"github.com/hearthgate/hearthgate/infra/testkit/chromium"
	"github.com/hearthgate/hearthgate/infra/testkit/judges"
)

// widths are those of a phone and of a large screen, in CSS pixels.
var widths = []int{360, 1400}

// flaws is a function of JavaScript that returns what is wrong with the layout of the page:
// what is wider than the window, elements whose text is cut, and controls, cards and
// sections that overlap. Where a person can scroll, nothing is cut.
const flaws = `(() => {
  const all = [], shown = (e) => e.getClientRects().length > 0;
  const named = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.className ? "." + e.className : "") + " " + JSON.stringify((e.innerText || "").slice(0, 40));
  const scrolls = (e) => { for (; e; e = e.parentElement) if (["auto", "scroll"].includes(getComputedStyle(e).overflowX)) return true; return false; };
  if (document.documentElement.scrollWidth > innerWidth) all.push("the page is " + document.documentElement.scrollWidth + " wide");
  for (const e of document.querySelectorAll("body *")) {
    if (!shown(e) || e.closest("svg")) continue;
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if ((box.right > innerWidth + 1 || box.left < -1) && !scrolls(e)) all.push("it leaves the window: " + named(e));
    if (style.display !== "inline" && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && style.overflowX !== "visible" && !scrolls(e) && !e.matches("input")) all.push("it is cut: " + named(e));
    if (style.display !== "inline" && e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1 && style.overflowX === "visible" && e.matches("button, h1, h2, h3, h4, p, li, dt, dd, label") && !scrolls(e)) all.push("its text leaves it: " + named(e));
  }
  const boxes = (selector) => [...document.querySelectorAll(selector)].filter(shown).map((e) => [e, e.getBoundingClientRect()]);
  for (const selector of ["section", ".card", "button, input", "h2, h3, h4, dt, dd"]) {
    const found = boxes(selector);
    found.forEach(([a, x], i) => found.slice(i + 1).forEach(([b, y]) => {
      const wide = Math.min(x.right, y.right) - Math.max(x.left, y.left), high = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
      const hidden = a.closest("#conversation") || b.closest("#conversation");
      if (wide > 1 && high > 1 && !hidden && !a.contains(b) && !b.contains(a)) all.push("they overlap: " + named(a) + " and " + named(b));
    }));
  }
  return all.slice(0, 20);
})()`

// outline is a function of JavaScript that returns the structure of the page, a line each:
// sections, cards, headings, controls and graphs in their order, each with its name and
// whether it stands beside the one of its kind before it in the same place, or below it.
const outline = `(() => {
  const kinds = "header, section, .card, figure, table, h1, h2, h3, h4, button, input", lines = [], last = new Map();
  for (const e of document.querySelectorAll(kinds)) {
    if (!e.getClientRects().length) continue;
    const labelled = e.getAttribute("aria-labelledby"), label = e.labels && e.labels[0];
    const name = (e.getAttribute("aria-label") || labelled && document.getElementById(labelled).innerText || label && label.innerText || (e.matches("button, h1, h2, h3, h4, figure") ? e.innerText.split("\n")[0] : "")).trim().replace(/[\d.]+ ms/, "so many ms");
    let depth = 0, within = e.parentElement;
    for (let p = e.parentElement; p; p = p.parentElement) if (p.matches("header, section, .card, figure")) depth++;
    while (within.parentElement && !within.matches("main, header, section, .card, figure")) within = within.parentElement;
    const box = e.getBoundingClientRect(), before = last.get(within);
    const place = !before ? "" : box.top < before.bottom - 1 ? ", beside" : ", below";
    last.set(within, box);
    lines.push("  ".repeat(depth) + (e.matches(".card") ? "card" : e.tagName.toLowerCase()) + (name ? " " + name : "") + place);
  }
  return lines.join("\n") + "\n";
})()`

// TestStructure compares the page at each width with its committed structure, testdata/*.txt:
// what is there, in which order, what stands beside what, and nothing overlaps or is cut.
func TestStructure(t *testing.T) {
	p := open(t, nil)
	p.says("turn on kitchen light")
	p.Sees("#turn", "circuit_breaker.call")
	for _, width := range widths {
		p.Resize(width, false)
		got, file := chromium.Eval[string](p.Browser, outline), fmt.Sprintf("testdata/page-%d.txt", width)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := firstDifference(got, string(want)); diff != "" {
			t.Errorf("%d px: %s; if that is right, write it with -update", width, diff)
		}
		for _, flaw := range chromium.Eval[[]string](p.Browser, flaws) {
			t.Errorf("%d px: %s", width, flaw)
		}
	}
}

// firstDifference returns the first line that two texts do not share; "" if they are equal.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		line := func(of []string) string {
			if i < len(of) {
				return of[i]
			}
			return "(the end)"
		}
		if line(g) != line(w) {
			return fmt.Sprintf("line %d is %q, want %q", i+1, line(g), line(w))
		}
	}
	return ""
}

// violations returns what axe-core finds on the page.
func violations(b *chromium.Browser) []string {
	return chromium.Eval[[]string](b, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 150) + " " + (n.any[0] ? n.any[0].message : "")).join(" | ")))`)
}

// seen checks the page as it is now: in each width, dark and light.
func seen(t *testing.T, p page, axe string) {
	t.Helper()
	for _, width := range widths {
		for _, dark := range []bool{false, true} {
			name := fmt.Sprintf("%d px, dark %t", width, dark)
			p.Resize(width, dark)
			for _, flaw := range chromium.Eval[[]string](p.Browser, flaws) {
				t.Errorf("%s: %s", name, flaw)
			}
			if axe != "" {
				p.Run(axe)
				for _, v := range violations(p.Browser) {
					t.Errorf("%s: axe finds %s", name, v)
				}
			}
			if dir := os.Getenv("PICTURES"); dir != "" {
				file := fmt.Sprintf("%s/%s-%d-%t.png", dir, strings.ReplaceAll(t.Name(), "/", "-"), width, dark)
				if err := os.WriteFile(file, p.Picture(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestJudgeAxe has axe-core look for what keeps people from using the page, after a turn
// that went well, one that failed, and with a question open.
func TestJudgeAxe(t *testing.T) {
	var axe string
	judges.RunNode(t, root(t), "axe", &axe, nil)
	p := open(t, nil)
	p.says("turn on kitchen light")
	p.Sees("#turn", "circuit_breaker.call")
	seen(t, p, axe)
	p.Click("#fault-network")
	p.says("turn off kitchen light")
	p.Sees("#turn tr.bad", "failed: refused")
	p.says("sing")
	p.Sees("#conversation li:last-of-type", "I don't know that one")
	seen(t, p, axe)
	p.Run(`document.getElementById("question").textContent = "Send it?"; document.getElementById("ask").showModal()`)
	p.Run(axe)
	for _, v := range violations(p.Browser) {
		t.Errorf("with a question: axe finds %s", v)
	}
}

// TestHostileNames has a home whose devices are named to break the page.
func TestHostileNames(t *testing.T) {
	const token = "canary-of-the-home"
	h := demohome.New(token)
	h.AddLamp("light.script", `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`)
	h.AddLamp("light.attribute", `" onmouseover="document.title='broken'" x="`)
	h.AddLamp("light.bidi", "Lamp \u202egnol\u202c \u2066x")
	h.AddLamp("light.long", strings.Repeat("W", 10_000))
	h.AddLamp("light.template", "{{.Session}} {{template \"page.html\"}} ${alert(1)}")
	h.AddLamp("light.control", "Lamp\x00\x1b[2J\nnext")
	home := httptest.NewServer(h)
	defer home.Close()
	p := open(t, []string{"HOME_ASSISTANT_URL=" + home.URL, "HOME_ASSISTANT_TOKEN=" + token})
	for _, id := range []string{"script", "attribute", "bidi", "long", "template", "control"} {
		if !chromium.Eval[bool](p.Browser, `Boolean(document.querySelector('[data-entity="light.`+id+`"]'))`) {
			continue // the function drops what Alexa would reject
		}
		p.Click(card("light."+id, "[aria-label^='Turn on']"))
		p.Sees(card("light."+id, ".state"), "on")
	}
	if title := chromium.Eval[string](p.Browser, "document.title"); title != "hearthgate simulator" {
		t.Errorf("a name has run: the title is %q", title)
	}
	if n := chromium.Eval[int](p.Browser, `document.querySelectorAll("img, main script, [onmouseover], [onerror]").length`); n != 0 {
		t.Errorf("%d elements were made of names", n)
	}
	text := chromium.Eval[string](p.Browser, "document.body.innerText")
	if strings.ContainsAny(text, "\u202e\u2066\x1b\x00") || !strings.Contains(text, "light") {
		t.Error("a name changes the order of the text")
	}
	if strings.Contains(chromium.Eval[string](p.Browser, "document.documentElement.outerHTML"), "canary") {
		t.Error("the token is on the page")
	}
	seen(t, p, "")
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("the browser complains of %q", c)
	}
	if all := p.Elsewhere(p.host); len(all) > 0 {
		t.Errorf("these requests left the page's own address: %q", all)
	}
}

// TestACrowd shows 300 devices.
func TestACrowd(t *testing.T) {
	p := open(t, nil, "--devices", "300")
	p.Wait(`document.querySelectorAll(".card").length === 300`)
	p.says("turn on lamp 290")
	p.Sees(card("light.lamp_290", ".state"), "on")
}
