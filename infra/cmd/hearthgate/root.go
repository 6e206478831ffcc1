package main

import "github.com/spf13/cobra"

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "hearthgate",
		Short: "Alexa answered by your own Home Assistant",
		Long: `hearthgate answers Alexa with your own Home Assistant, through a Lambda
function in your own AWS account.`,
		Example: `  hearthgate demo            see it work on this machine
  hearthgate up              set everything up
  hearthgate status --stage prod
  hearthgate completion install`,
		SilenceUsage:  true,
		SilenceErrors: true,

		// Without these two cobra itself reports an unknown command.
		Args: known,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		DisableFlagsInUseLine:      true,
		SuggestionsMinimumDistance: 2,
	}
	root.SetFlagErrorFunc(misused)
	root.PersistentFlags().BoolVar(&c.json, "json", false, "print JSON for programs")
	cobra.EnableCommandSorting = false // they are in the order of their use
	group := func(id, title string, commands ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: id, Title: title})
		for _, cmd := range commands {
			cmd.GroupID = id
			root.AddCommand(cmd)
		}
	}
	group("start", "Set up:", c.demo(), c.simulator(), c.up(), c.init(), c.add(), c.token(), c.headers(), c.certificate(), c.pin(), c.skill(), c.deploy(), c.pair(), c.iamPolicy())
	group("keep", "Change and keep:", c.stages(), c.config(), c.pause(), c.resume(), c.upgrade(), c.rollback(), c.history(), c.export(), c.importStage(), c.destroy())
	group("monitor", "Monitor:", c.status(), c.policy(), c.logs(), c.openPage(), c.alarm(), c.cost())
	group("diagnose", "Diagnose:", c.doctor(), c.replay())
	group("develop", "Develop:", c.invoke(), c.op(), c.version())
	root.SetHelpCommandGroupID("develop")
	root.SetCompletionCommandGroupID("develop")
	c.addCompletion(root)
	return root
}
