package main_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocuments types each command line of hearthgate that a document shows, with --help
// behind it: the command exists, it has the flags, their values can be read, and it takes
// as many arguments.
func TestDocuments(t *testing.T) {
	const least = 40            // command lines
	seen := map[string]string{} // where each line was found first
	root := root(t)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", ".build", "node_modules", "testdata"}, d.Name()):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		for _, line := range commandLines(string(b)) {
			if key := strings.Join(line, " "); seen[key] == "" {
				seen[key] = name
				if problem := typed(t, line); problem != "" {
					t.Errorf("%s: hearthgate %s: %s", name, key, problem)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < least {
		t.Errorf("%d command lines were found, want at least %d", len(seen), least)
	}
}

// typed returns what is wrong with a command line, without the name of the program.
func typed(t *testing.T, line []string) string {
	t.Helper()
	r := command(t, nil, append(slices.Clone(line), "--help")...)
	if r.code != 0 {
		return strings.TrimSpace(r.err)
	}
	_, usage, _ := strings.Cut(r.out, "Usage:\n  hearthgate")
	usage, _, _ = strings.Cut(usage, "\n")
	var path, takes []string
	for _, word := range strings.Fields(usage) {
		switch {
		case word == "[flags]" || word == "[command]":
		case word == strings.ToLower(word) && !strings.ContainsAny(word, "[|") && takes == nil:
			path = append(path, word)
		default:
			takes = append(takes, word)
		}
	}
	given := arguments(line, r.out)
	if len(path) == 0 && len(given) > 0 {
		return "there is no command " + given[0]
	}
	if len(given) < len(path) || !slices.Equal(given[:len(path)], path) {
		return fmt.Sprintf("it is not the command hearthgate %s", strings.Join(path, " "))
	}
	if rest := given[len(path):]; len(rest) > len(takes) {
		return fmt.Sprintf("%q is one argument too many: hearthgate%s", rest[len(takes)], usage)
	}
	return ""
}

var valued = regexp.MustCompile(`(?m)^ +(?:-(\w), )?(?:    )?--([\w-]+) \S`)

// arguments returns what of a command line is neither a flag nor the value of one, by the
// flags that its help lists.
func arguments(line []string, help string) (given []string) {
	withValue := map[string]bool{}
	for _, f := range valued.FindAllStringSubmatch(help, -1) {
		withValue["--"+f[2]] = true
		withValue["-"+f[1]] = f[1] != ""
	}
	for i := 0; i < len(line); i++ {
		switch word := line[i]; {
		case withValue[word]:
			i++
		case !strings.HasPrefix(word, "-") || word == "-":
			given = append(given, word)
		}
	}
	return given
}

var (
	indented = regexp.MustCompile("(?m)^(?:    |\t).*$")
	fenced   = regexp.MustCompile("(?ms)^```\\w*\n(.*?)^```")
	inline   = regexp.MustCompile("`([^`\n]+)`")
)

// commandLines returns the arguments of each hearthgate that a document shows in code.
func commandLines(document string) (lines [][]string) {
	var shown []string
	for _, block := range fenced.FindAllStringSubmatch(document, -1) {
		shown = append(shown, strings.Split(block[1], "\n")...)
	}
	document = fenced.ReplaceAllString(document, "")
	shown = append(shown, indented.FindAllString(document, -1)...)
	for _, c := range inline.FindAllStringSubmatch(indented.ReplaceAllString(document, ""), -1) {
		shown = append(shown, c[1])
	}
	for _, text := range shown {
		for _, words := range simpleCommands(text) {
			for len(words) > 0 && assignment.MatchString(words[0]) {
				words = words[1:]
			}
			if len(words) > 1 && words[0] == "hearthgate" {
				lines = append(lines, words[1:])
			}
		}
	}
	return lines
}

var assignment = regexp.MustCompile(`^[A-Z_]+=`)

// shell matches a word of a shell, with quotes or without, and what ends a command.
var shell = regexp.MustCompile(`#.*|\|\||&&|[|;&<>()]|(?:"[^"]*"|'[^']*'|[^\s|;&<>()"'])+`)

// simpleCommands returns the words of each command in a line of a shell, without quotes.
// What follows "do" or "then" is a command too; the target of a redirection is left out.
func simpleCommands(text string) [][]string {
	all := [][]string{nil}
	redirected := false
	for _, word := range shell.FindAllString(text, -1) {
		switch {
		case word[0] == '#':
			return all
		case word == ">" || word == "<":
			redirected = true
		case strings.ContainsAny(word[:1], "|;&()") || word == "do" || word == "then":
			all = append(all, nil)
		case redirected:
			redirected = false
		default:
			last := len(all) - 1
			all[last] = append(all[last], strings.NewReplacer(`"`, "", `'`, "").Replace(word))
		}
	}
	return all
}

func TestCommandLines(t *testing.T) {
	document := "Run `hearthgate doctor` and `make install`.\n" +
		"\n    hearthgate logs --json | tail -1 | hearthgate replay -   # again\n" +
		"    A=1 B_C=x hearthgate policy --try Unlock \"Front door\" > out && echo 'hearthgate x'\n" +
		"    for s in dev; do hearthgate status --stage $s; done\n" +
		"    cd hearthgate\n\n```sh\nhearthgate cost\n```\nThe command hearthgate is built by `go run ./cmd/hearthgate x`.\n"
	want := []string{"cost", "logs|--json", "replay|-", "policy|--try|Unlock|Front door", "status|--stage|$s", "doctor"}
	var got []string
	for _, line := range commandLines(document) {
		got = append(got, strings.Join(line, "|"))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestTyped(t *testing.T) {
	for line, want := range map[string]string{
		"doctor --stage prod":         "",
		"policy --try Unlock door":    "",
		"logs --since 24h --failed":   "",
		"invoke discover":             "",
		"completion bash":             "",
		"nonsense":                    "there is no command",
		"doctor --nonsense":           "there is no flag --nonsense",
		"logs --since tomorrow":       "--since is",
		"doctor prod":                 "is one argument too many",
		"policy --at 23:10 one two":   `"two" is one argument too many`,
		"invoke discover --stage dev": "",
	} {
		if got := typed(t, strings.Fields(line)); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("hearthgate %s: got %q, want %q", line, got, want)
		}
	}
}
