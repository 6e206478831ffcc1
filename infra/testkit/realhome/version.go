package realhome

import (
	"embed"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hearthgate/hearthgate/infra/testkit/venv"
)

// A Version is a release of Home Assistant that the tests can run, "2025.4".
type Version string

// versions has two files of each version: what Python must install, and the devices
// whose configuration is not the same in all versions.
//
//go:embed requirements-*.txt devices-*.yaml
var versions embed.FS

// Versions returns the versions, the oldest first.
func Versions() (all []Version) {
	files, err := versions.ReadDir(".")
	if err != nil {
		panic(err) // the folder is built in
	}
	for _, f := range files {
		if name, found := strings.CutPrefix(f.Name(), "requirements-"); found {
			all = append(all, Version(strings.TrimSuffix(name, path.Ext(name))))
		}
	}
	slices.SortFunc(all, Version.Compare)
	return all
}

// Oldest returns the version that a home has by default.
func Oldest() Version { return Versions()[0] }

// Compare is negative when v is older than other.
func (v Version) Compare(other Version) int { return slices.Compare(v.numbers(), other.numbers()) }

// numbers returns the year and the month.
func (v Version) numbers() (all []int) {
	for part := range strings.SplitSeq(string(v), ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			panic(fmt.Sprintf("requirements-%s.txt: the version is not a year and a month", v))
		}
		all = append(all, n)
	}
	return all
}

func (v Version) read(name string) (string, error) {
	b, err := versions.ReadFile(fmt.Sprintf(name, v))
	return string(b), err
}

// madeFor is the first line of a list of requirements.
var madeFor = regexp.MustCompile(`^# Home Assistant \S+ on Python (\d+\.\d+)(?: \(Debian (\w+)\))?\n`)

// Environment returns the Python environment of this version.
func (v Version) Environment(root string, log io.Writer) (venv.Spec, error) {
	requirements, err := v.read("requirements-%s.txt")
	if err != nil {
		return venv.Spec{}, fmt.Errorf("the tests do not run Home Assistant %s; they run %v", v, Versions())
	}
	on := madeFor.FindStringSubmatch(requirements)
	if on == nil {
		return venv.Spec{}, fmt.Errorf("requirements-%s.txt does not say on its first line which Python it is for", v)
	}
	s := venv.For(root, "home-assistant-"+string(v), requirements, log)
	s.Version, s.Debian = on[1], on[2]
	return s, nil
}
