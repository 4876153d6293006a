#!/bin/bash
# What JupyterLab and Code Editor start with, as the person who starts them. SageMaker takes an app
# for failed whose script fails, or works for more than five minutes.
set -eu

git config --global init.defaultBranch main
git config --global pull.rebase true
# Copies that JupyterLab makes of notebooks stay out of repositories.
git config --global core.excludesFile "$HOME/.gitignore"
printf '%s\n' '.ipynb_checkpoints/' > "$HOME/.gitignore"
