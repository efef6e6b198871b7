#!/usr/bin/env bash
# Merges what the jobs of array.sh left in DIR into its results; array.sh tells how to submit it.
#   sbatch slurm/merge.sh DIR

# Edit; "##SBATCH" is a comment, "#SBATCH" counts.
##SBATCH --account=my_project
##SBATCH --partition=my_partition
#SBATCH --time=00:30:00
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=4G

#SBATCH --job-name=rnnchaos-merge
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=rnnchaos-%j.log

# Edit: the modules that rnnchaos was built with, as in
# module load hdf5 openblas

folder=${1:?usage: sbatch slurm/merge.sh DIR}
here=${RNNCHAOS:-$SLURM_SUBMIT_DIR}
exec "$here/build/rnnchaos" merge "$folder" -o "$folder"
