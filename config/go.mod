module github.com/hearthgate/hearthgate/config

go 1.26
